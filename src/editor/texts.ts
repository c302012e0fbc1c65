// The words of the editor, in the language that is on. Who reads them while drawing is drawn again when another is chosen.
import { signal } from '@preact/signals'
import type { Fault } from '../engine/plan/fault.ts'
import type { Declaration, Param } from '../engine/plan/op.ts'
import { declaredIn, type NodeTexts } from './texts/declared.ts'
import { en, type Texts } from './texts/en.ts'
import { viewIn, type ViewTexts } from './texts/views.ts'

/** Every language there is. The first is in the page from the beginning, others are fetched when they are wanted. */
const sources: Record<Language, () => Promise<Words>> = {
  en: async () => ({ texts: en }),
  ko: async () => {
    const [{ ko }, { koNodes }, { koGallery, koTopics }, { koViews }, { sayKorean }] = await Promise.all([
      import('./texts/ko.ts'),
      import('./texts/ko-nodes/index.ts'),
      import('./texts/ko-gallery/index.ts'),
      import('./texts/ko-views.ts'),
      import('./texts/ko-faults/index.ts'),
    ])
    return { texts: ko, nodes: koNodes, ready: koGallery, topics: koTopics, views: koViews, say: sayKorean }
  },
}

interface Words {
  texts: Texts
  /** What nodes say of themselves; without them, as they are declared, in English. */
  nodes?: NodeTexts
  /** What ready workflows say; without them, as their files say it, in English. */
  ready?: Readonly<Record<string, string>>
  /** What they belong to in the gallery. */
  topics?: Readonly<Record<string, string>>
  /** What nodes show and files hold; without them as it is told, in English. */
  views?: ViewTexts
  /** What the engine says, which speaks English; without it, as it says it. */
  say?: (english: string) => string
}

export type Language = 'en' | 'ko'

/** Each by its own name. */
export const languages: { [L in Language]: string } = { en: 'English', ko: '한국어' }

const now = signal<Words & { language: Language }>({ language: 'en', texts: en })

export const language = (): Language => now.value.language

/** All words, by where they are said. Take parts of it when they are needed, not before: another language may be on by then. */
export const texts: Texts = new Proxy(en, { get: (_, part: keyof Texts) => now.value.texts[part] })

/** What a node says of itself. Asked anew whenever it is drawn, as `texts` are. */
export function declared<D extends Declaration>(declaration: D): D {
  const { nodes } = now.value
  return nodes ? declaredIn(nodes, declaration) : declaration
}

const among = (words: Readonly<Record<string, string>> | undefined, text: string) =>
  words && Object.hasOwn(words, text) ? words[text]! : text

/**
 * What a ready workflow says: its title, what it is about, or a note. Any other text stays as it is, so that what is shown of a
 * workflow may go through here wherever it came from, while its file, drafts and runs keep what was written.
 */
export const translated = (text: string): string => among(now.value.ready, text)

/** The name of a topic of the gallery. */
export const topicText = (topic: string): string => among(now.value.topics, topic)

/** Words of what a node shows, or of what a file holds. */
export function viewText(text: string): string {
  const { views } = now.value
  return views ? viewIn(views, text) : text
}

/** The value of a param in words; what is written for people, as a note is, in the language that is on. */
export function valueText(param: Param | undefined, value: unknown): string {
  const text = String(value ?? '')
  return param?.kind === 'text' && param.multiline ? translated(text) : text
}

/** What the engine or a node says: faults, notices, states, reasons. It is kept as data, in English; this is how it is shown. */
export const said = (english: string): string => now.value.say?.(english) ?? english

/** A fault as one text. */
export const inWords = ({ message, cure }: Pick<Fault, 'message' | 'cure'>): string => `${said(message)} ${said(cure)}`.trimEnd()

/** The language of the browser, if it is one of ours. */
export const languageOf = (wanted: readonly string[]): Language =>
  wanted.map((tag) => tag.split('-')[0]!).find((tag): tag is Language => Object.hasOwn(sources, tag)) ?? 'en'

/** Puts a language on the page, once its words are here; without them (offline) the one that is on stays. */
export async function applyLanguage(wanted: Language | 'system'): Promise<void> {
  const language = wanted === 'system' ? languageOf(navigator.languages) : wanted
  const words = await sources[language]().catch(() => undefined)
  if (!words) return
  now.value = { language, ...words }
  document.documentElement.lang = language
}
