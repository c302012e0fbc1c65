// Names in words.

/** `diffusion/DDPMStep` -> "DDPM Step". */
export const titleOf = (type: string): string =>
  type
    .replace(/^.*\//, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
