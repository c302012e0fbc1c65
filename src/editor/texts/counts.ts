// Formatted counts in English, with their nouns.

/** 1 class, 3 classes */
export const plural = (count: number, one: string, many = one + 's') =>
  `${count} ${count === 1 ? one : many}`

/** 1,240 images */
export const groupedPlural = (count: number, one: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : one + 's'}`
