import type { Terminal } from '@xterm/xterm';

/** Draws with the GPU where there is one; the DOM renderer stays where there is none, or when it is lost. */
export async function accelerate(terminal: Terminal): Promise<void> {
  if (new URLSearchParams(location.search).get('renderer') === 'dom' || !hasGpu()) return;
  try {
    const { WebglAddon } = await import('@xterm/addon-webgl');
    const addon = new WebglAddon();
    addon.onContextLoss(() => addon.dispose());
    terminal.loadAddon(addon);
  } catch {
    // The DOM renderer is in place already.
  }
}

let gpu: boolean | undefined;

// WebGL in software is an eighth as fast as the DOM renderer.
function hasGpu(): boolean {
  if (gpu !== undefined) return gpu;
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  const name = context && info ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  gpu = context !== null && !/swiftshader|llvmpipe|software/i.test(name);
  return gpu;
}
