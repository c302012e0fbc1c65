// Identifiers of generated programs, from titles. Python and JavaScript accept the same: letters and
// digits that may be in identifiers (UAX 31), in the normal form in which Python compares them.

/** Everything that is no letter or digit of an identifier. */
const between = /(?:(?!\p{XID_Continue})[^]|[^\p{L}\p{N}])+/gu
const startsWithLetter = /^(?=\p{L})\p{XID_Start}/u

/** Longest identifier in characters. */
const LONGEST = 80

const words = (title: string): string[] =>
  removeStyle(title)
    .split(between)
    .filter((word) => word !== '')

/** Letters such as ² and ① have a form without style. Characters without one stay. */
const removeStyle = (text: string) => text.normalize('NFKC')

const cut = (text: string) => [...text].slice(0, LONGEST).join('')

/** Converts a title to words with underscores: "Noise schedule" is `noise_schedule`. */
export function toSnake(title: string): string {
  const parts = removeStyle(title).replace(/([\p{Ll}\d])(\p{Lu}\p{Ll})/gu, '$1_$2')
  const name = cut(words(parts.toLowerCase()).join('_')).replace(/_+$/, '')
  return startsWithLetter.test(name) ? name : `value_${name}`.replace(/_$/, '')
}

/** Converts a title to the name of a class: "My UNet" is `MyUNet`. */
export function toPascal(title: string): string {
  const capital = (word: string) => {
    const [first = ''] = word
    return first.toUpperCase() + word.slice(first.length)
  }
  const name = cut(removeStyle(words(title).map(capital).join('')))
  return startsWithLetter.test(name) ? name : `Model${name}`
}
