// Message catalogues: each text shown to the user has an id, made of its area and its key.
//
// A catalogue has a function for each text:
// - A call names its text by a property, so the compiler finds wrong names and missing values.
// - Translations are keyed by id, so rewording the English does not affect them.
// - A bundle contains only the catalogues of the code in it.
//
// Errors, events and stored runs contain the formatted English text. The editor looks up the id
// when it shows them in another language (texts/translator.ts), so ids are not part of any
// protocol.

/** The names of the placeholders in a text: 'shape' and 'got' in "Expected {shape}, got {got}.". */
export type Holes<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string} ${string}` ? never : Name) | Holes<Rest>
  : never

/** Values of the placeholders in a text. */
export type Values<Hole extends string = string> = Readonly<Record<Hole, unknown>>

export interface Text {
  readonly id: string
  readonly text: string
}

/** A text of a catalogue. Call it with a value for each placeholder to get the English text. */
export interface Message<Hole extends string> extends Text {
  (...values: [Hole] extends [never] ? [] : [Values<Hole>]): string
}

type Texts = Readonly<Record<string, string>>

export type Catalogue<T extends Texts> = { readonly [Key in keyof T]: Message<Holes<T[Key]>> }

/** A catalogue in another language. Type checking requires exactly the same texts. */
export type Translation<C> = { readonly [Key in keyof C]: string }

/** Creates a catalogue of English texts. Placeholders are names in braces. */
export function catalogue<const T extends Texts>(area: string, texts: T): Catalogue<T> {
  const messages = Object.entries(texts).map(([key, text]) => {
    const fill = (values: Values = {}) => fillHoles(text, values)
    return [key, Object.assign(fill, { id: `${area}.${key}`, text })]
  })
  return Object.fromEntries(messages) as Catalogue<T>
}

/** Replaces placeholders by their values. Placeholders without a value and other braces stay. */
export const fillHoles = (text: string, values: Values): string =>
  text.replaceAll(/\{(\w+)\}/g, (hole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : hole,
  )
