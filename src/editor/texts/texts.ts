// Texts of the editor in the current language. A component that reads them while it renders is
// rendered again when the language changes.
import { getText, type Message, type MessageText } from '../../engine/base/catalogue.ts'
import { valueAsText } from '../../engine/base/quote.ts'
import { signal } from '@preact/signals'
import { type Fault, getErrorText } from '../../engine/base/fault.ts'
import type { Declaration, Param } from '../../engine/plan/op.ts'
import { getOwn } from '../../engine/base/records.ts'
import { type NodeTexts, translateDeclaration } from './declarations.ts'
import { withDescription, type Description } from './descriptions.ts'
import { en, type Texts } from './en/index.ts'
import { viewTranslator } from './views.ts'
import { pairTexts, pairTitles } from './workflows.ts'

/** Loaders of the languages. English is part of the page; other languages are loaded on demand. */
const sources: Record<Language, () => Promise<LanguageTexts>> = {
  en: async () => ({ texts: en }),
  ko: async () => {
    const [{ ko }, { koNodes }, { koWorkflows }, english, { koViews }, { translateToKorean }] =
      await Promise.all([
        import('./ko/index.ts'),
        import('./ko/nodes/index.ts'),
        import('./ko/workflows/index.ts'),
        import('virtual:workflow-texts'),
        import('./ko/views.ts'),
        import('./ko/messages/index.ts'),
      ])
    return {
      texts: ko,
      nodes: koNodes,
      workflows: pairTexts(english.default, koWorkflows),
      titles: pairTitles(english.default, koWorkflows),
      translateView: viewTranslator(koViews),
      translateMessage: translateToKorean,
    }
  },
}

/** Texts of a language. Missing parts are shown in English. */
interface LanguageTexts {
  texts: Texts
  nodes?: Readonly<Record<string, NodeTexts>>
  /** Translations of the texts of ready workflows, by the English text. */
  workflows?: ReadonlyMap<string, string>
  /** Translations of the titles of their nodes, by the English title. */
  titles?: ReadonlyMap<string, string>
  /** Translates English texts in the views of nodes. */
  translateView?: (english: string) => string
  /** Translates messages of the engine and the nodes. */
  translateMessage?: (message: Message) => string
}

export type Language = 'en' | 'ko'

/** Name of each language in that language. */
export const languages: { [L in Language]: string } = { en: 'English', ko: '한국어' }

const current = signal<LanguageTexts & { language: Language }>({ language: 'en', texts: en })

export const language = (): Language => current.value.language

/** Texts of the interface, by id. Read them when they are shown: the language can change. */
export const texts: Texts = new Proxy(en, {
  get: (_, part: keyof Texts) => current.value.texts[part],
})

/** English descriptions of the built-in nodes; undefined until they are loaded. */
const descriptions = signal<Readonly<Record<string, Description>> | undefined>(undefined)
let loading: Promise<void> | undefined

/** False while the page starts, which does not wait for descriptions. */
let areWanted = false

/** Loads the descriptions of nodes. Texts that contain them are rendered again then. */
export function wantDescriptions() {
  areWanted = true
  void loadDescriptions()
}

/** If loading fails (offline), the next call tries again. */
const loadDescriptions = (): Promise<void> =>
  (loading ??= import('virtual:descriptions').then(
    (module) => void (descriptions.value = module.default),
    () => (loading = undefined),
  ))

/** English summary of a node, once it is loaded. */
export const englishSummary = ({ type, summary }: Declaration): string =>
  (descriptions.value && getOwn(descriptions.value, type)?.summary) ?? summary

/** Returns a declaration with its descriptions and texts in the current language. */
export function translateNode<D extends Declaration>(declaration: D): D {
  const { nodes } = current.value
  const description = descriptions.value && getOwn(descriptions.value, declaration.type)
  if (!descriptions.value && areWanted) void loadDescriptions()
  const described = description ? withDescription(declaration, description) : declaration
  return nodes ? translateDeclaration(nodes, described) : described
}

/**
 * Returns a title, description or note of a ready workflow in the current language, and any other
 * text unchanged. Files, drafts and runs always store the original.
 */
export const translateWorkflow = (text: string): string =>
  current.value.workflows?.get(text) ?? text

/** Returns a title of a node of a ready workflow in the current language, and any other unchanged. */
export const translateTitle = (title: string): string => current.value.titles?.get(title) ?? title

/** Name of a gallery topic in the current language. Unknown topics are not translated. */
export function topicText(topic: string): string {
  const topics: Readonly<Record<string, string>> = texts.drawer.topics
  return Object.hasOwn(topics, topic) ? topics[topic] : topic
}

/** Returns a text of a node's view, or of a file's description, in the current language. */
export const translateView = (text: string): string => current.value.translateView?.(text) ?? text

/** Value of a param as text. Multiline texts (notes) are shown in the current language. */
export function valueText(param: Param | undefined, value: unknown): string {
  const text = valueAsText(value)
  return param?.kind === 'text' && param.multiline ? translateWorkflow(text) : text
}

/** Returns a message of the engine or a node in the current language; other texts as they are. */
export const translateMessage = (text: MessageText): string =>
  typeof text === 'string' ? text : (current.value.translateMessage?.(text) ?? text.text)

/** The message of any thrown value, in the current language. */
export const errorText = (error: unknown): string => translateMessage(getErrorText(error))

/** Message and cure of a fault as one text. */
export const formatFault = (fault: Pick<Fault, 'message' | 'cure' | 'messages'>): string =>
  `${translateMessage(getText(fault, 'message'))} ${translateMessage(getText(fault, 'cure'))}`.trimEnd()

/** Returns the first supported language of a list of language tags, or English. */
export const findLanguage = (wanted: readonly string[]): Language =>
  wanted
    .map((tag) => tag.split('-')[0])
    .find((tag): tag is Language => Object.hasOwn(sources, tag)) ?? 'en'

/** Loads a language and applies it. If loading fails (offline), the current language stays. */
export async function applyLanguage(wanted: Language | 'system'): Promise<void> {
  const language = wanted === 'system' ? findLanguage(navigator.languages) : wanted
  const words = await sources[language]().catch(() => undefined)
  if (!words) return
  current.value = { language, ...words }
  document.documentElement.lang = language
}
