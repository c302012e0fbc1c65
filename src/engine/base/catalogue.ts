// Message catalogues: each text shown to the user has an id, made of its area and its key.
//
// A catalogue has a function for each text, so the compiler finds wrong names and missing values.
// It returns a message: id and values, with the English text. Errors, faults, events and stored runs
// carry messages, so the editor shows them in other languages by id; rewording the English does not
// affect translations. A bundle contains only the catalogues of the code in it.

/** The names of the placeholders in a text: 'shape' and 'got' in "Expected {shape}, got {got}.". */
export type Holes<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string} ${string}` ? never : Name) | Holes<Rest>
  : never

/** Values of the placeholders in a text. Messages among them are translated too. */
export type Values<Hole extends string = string> = Readonly<Record<Hole, unknown>>

/** A message as plain data, which can be cloned and stored. */
export interface Message {
  readonly id: string
  /** The English text, with its values. */
  readonly text: string
  /** Values of the placeholders; missing if there are none. */
  readonly values?: Readonly<Record<string, string | Message>>
}

/** A message, or a text that has no translation: of the browser, a file or another pack. */
export type MessageText = Message | string

/** A text of a catalogue. Call it with a value for each placeholder. */
export interface Template<Hole extends string = string> {
  (...values: [Hole] extends [never] ? [] : [Values<Hole>]): Message
  readonly id: string
  readonly text: string
}

type Texts = Readonly<Record<string, string>>

export type Catalogue<T extends Texts> = { readonly [Key in keyof T]: Template<Holes<T[Key]>> }

/** The same texts in other words, such as cures by the key of their message. */
export type SameKeys<C> = { readonly [Key in keyof C]: string }

/** Creates a catalogue of English texts. Placeholders are names in braces. */
export function catalogue<const T extends Texts>(area: string, texts: T): Catalogue<T> {
  const templates = Object.entries(texts).map(([key, text]) => {
    const id = `${area}.${key}`
    const create = (values: Values = {}) => createMessage({ id, text }, values)
    return [key, Object.assign(create, { id, text })]
  })
  return Object.fromEntries(templates) as Catalogue<T>
}

/** Creates texts that exist in English only, such as those of the command line. */
export function englishTexts<const T extends Texts>(texts: T): EnglishTexts<T> {
  const functions = Object.entries(texts).map(([key, text]) => [
    key,
    (values: Values = {}) => fillHoles(text, values),
  ])
  return Object.fromEntries(functions) as EnglishTexts<T>
}

type EnglishTexts<T extends Texts> = {
  readonly [Key in keyof T]: (
    ...values: [Holes<T[Key]>] extends [never] ? [] : [Values<Holes<T[Key]>>]
  ) => string
}

/** Creates the message of a template. Values other than messages become text. */
export function createMessage(
  { id, text }: Pick<Template, 'id' | 'text'>,
  values: Values,
): Message {
  const names = Object.keys(values).filter((name) => text.includes(`{${name}}`))
  if (names.length === 0) return { id, text }
  const data = Object.fromEntries(
    names.map((name) => [name, isMessage(values[name]) ? values[name] : String(values[name])]),
  )
  return { id, text: fillHoles(text, data), values: data }
}

/** Distinguishes messages from other values. */
const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'id' in value && 'text' in value

/** Replaces placeholders by their values. Placeholders without a value and other braces stay. */
const fillHoles = (text: string, values: Values): string =>
  text.replaceAll(/\{(\w+)\}/g, (hole, name: string) => {
    if (!Object.hasOwn(values, name)) return hole
    const value = values[name]
    return isMessage(value) ? value.text : String(value)
  })

// ---- texts on the protocol

/** The messages of some fields with texts. */
export type MessageFields<Field extends string> = { readonly [F in Field]?: Message }

/** Fields with English texts, which any host can show, and those that have ids also as messages. */
export type TextFields<Field extends string> = { [F in Field]: string } & {
  messages?: MessageFields<Field>
}

/** The English text of a message. */
export const englishText = (text: MessageText): string =>
  typeof text === 'string' ? text : text.text

/** Returns fields for the protocol. */
export function textFields<T extends { readonly [field: string]: MessageText | undefined }>(
  texts: T,
): { [Field in keyof T]: string } & { messages?: MessageFields<keyof T & string> } {
  const fields = Object.entries(texts).filter(
    (entry): entry is [string, MessageText] => entry[1] !== undefined,
  )
  const messages = fields.filter(([, text]) => isMessage(text))
  return {
    ...Object.fromEntries(fields.map(([field, text]) => [field, englishText(text)])),
    ...(messages.length > 0 && { messages: Object.fromEntries(messages) }),
  } as { [Field in keyof T]: string }
}

/** Returns the text of a field with its id. The message of an older text is ignored. */
export function getText<Field extends string>(
  record: { readonly [F in Field]: string } & { messages?: MessageFields<Field> },
  field: Field,
): MessageText {
  const message = record.messages?.[field]
  return message?.text === record[field] ? message : record[field]
}
