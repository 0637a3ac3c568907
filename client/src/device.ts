/** What a page is shown on, for people at other windows. */
export interface Device {
  /** Fingers work it, and no mouse. */
  touch: boolean;
  /** Such as `Firefox on Linux`. */
  device: string;
}

export function device(): Device {
  return { touch: matchMedia('(pointer: coarse)').matches, device: deviceName(navigator.userAgent) };
}

/** The browser and the system of a user agent string. */
export function deviceName(agent: string): string {
  const browser = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\/|CriOS\//.test(agent) ? 'Chrome'
    : /Safari\//.test(agent) ? 'Safari' : 'A browser';
  const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Windows/.test(agent) ? 'Windows'
    : /Mac OS/.test(agent) ? 'Mac' : /Linux|X11/.test(agent) ? 'Linux' : '';
  return system ? `${browser} on ${system}` : browser;
}
