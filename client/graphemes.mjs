// The provider that @xterm/addon-unicode-graphemes makes a terminal use, in Node as in a page.
const { Buffer } = globalThis;
// Where the addon finds Buffer it decodes its data with it, and then reads the start of the memory that Node keeps many buffers in: all
// characters above U+FFFF would be narrow. Without, it decodes them as in a page.
delete globalThis.Buffer;
const { UnicodeGraphemesAddon } = await import('@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs');
globalThis.Buffer = Buffer;

const registered = {};
const unicode = { activeVersion: '', register: provider => registered[provider.version] = provider };
new UnicodeGraphemesAddon().activate({ unicode });
export const provider = registered[unicode.activeVersion];
