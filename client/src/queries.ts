import type { IParser } from '@xterm/xterm';

/**
 * The server alone answers what programs ask of a terminal: a page that did so as well would answer twice while live,
 * and would type the answers of long ago whenever it shows output again.
 */
export function swallowQueries(parser: IParser): void {
  const swallow = () => true;
  // DA1, DA2, DA3 · XTVERSION · DSR (5n, 6n, ?6n, ?996n) · DECRQM, ANSI and DEC private
  for (const id of [
    { final: 'c' }, { prefix: '>', final: 'c' }, { prefix: '=', final: 'c' },
    { prefix: '>', final: 'q' },
    { final: 'n' }, { prefix: '?', final: 'n' },
    { intermediates: '$', final: 'p' }, { prefix: '?', intermediates: '$', final: 'p' },
    { prefix: '?', final: 'u' },
  ]) {
    parser.registerCsiHandler(id, swallow);
  }
  // XTWINOPS that report; the others (title stack) keep their meaning
  parser.registerCsiHandler({ final: 't' }, params => [11, 13, 14, 15, 16, 18, 19, 20, 21].includes(Number(params[0])));
  // DECRQSS, XTGETTCAP
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, swallow);
  parser.registerDcsHandler({ intermediates: '+', final: 'q' }, swallow);
  // OSC 4, 10, 11, 12 set a colour, or ask for one with a question mark
  for (const osc of [4, 10, 11, 12]) parser.registerOscHandler(osc, data => data.includes('?'));
}
