// The ready workflows that come with the editor: their files, and their pictures where there are any.
import { wordsInside } from './inside.ts'
import { matchOf, wordsIn } from './search.ts'
import { topicText, translated } from './texts.ts'

export interface Ready {
  /** The file's name without its ending, "points". */
  id: string
  title: string
  about: string
  /** What it belongs to in the gallery, "Points"; '' if it does not say. */
  topic: string
  picture?: string
  text: string
}

const files = import.meta.glob<string>('/workflows/*.json', { query: '?raw', import: 'default' })
const pictures = import.meta.glob<string>('/workflows/*.{webp,png}', { query: '?url&no-inline', import: 'default' })

const nameOf = (path: string) => path.replace(/^.*\/|\.\w+$/g, '')

/** The order in which they teach; others follow by name. */
const order = [
  'points',
  'forward-process',
  'marginal',
  'posterior',
  'score-field',
  'ddpm-ddim',
  'guidance-by-hand',
  'own-sampler',
  'subgraph',
  'digits-train',
  'digits-sample',
  'mnist-train',
  'mnist-sample',
  'own-images',
  'spectrum',
  'attention',
  'classifier',
]

const rank = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length)

/** What opens for somebody who has never been here. */
export const FIRST = 'points'

/** What trains on a data set of one's own: its node for images names none. */
export const OWN_IMAGES = 'own-images'

export async function ready(id: string): Promise<Ready | undefined> {
  const path = Object.keys(files).find((each) => nameOf(each) === id)
  if (!path) return undefined
  const picture = Object.keys(pictures).find((each) => nameOf(each) === id)
  const [text, url] = await Promise.all([files[path]!(), picture ? pictures[picture]!() : undefined])
  return { id, ...titleOf(text, id), ...(url && { picture: url }), text }
}

export async function allReady(): Promise<Ready[]> {
  const ids = Object.keys(files).map(nameOf)
  ids.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
  return (await Promise.all(ids.map(ready))).filter((each) => each !== undefined)
}

/** Those in which every word is found, by title, topic or what they are about; in English or the language that is on. */
export function findReady(ready: readonly Ready[], query: string): Ready[] {
  const words = wordsIn(query)
  return ready.filter(({ title, topic, text }) => {
    const english = `${title} ${topic}`
    return matchOf(`${translated(title)} ${topicText(topic)}`, words, `${english} ${wordsInside(text)}`) !== undefined
  })
}

/** Topics in the order of their first workflow; what has none comes last. */
export function byTopic(ready: readonly Ready[]): [topic: string, ready: Ready[]][] {
  const topics = new Map<string, Ready[]>()
  for (const each of ready) topics.set(each.topic, [...(topics.get(each.topic) ?? []), each])
  return [...topics].sort(([a], [b]) => Number(a === '') - Number(b === ''))
}

function titleOf(text: string, id: string): Pick<Ready, 'title' | 'about' | 'topic'> {
  const { extra } = JSON.parse(text) as { extra?: { diffusion?: Record<string, unknown> } }
  const { title, about, topic } = extra?.diffusion ?? {}
  return { title: textOr(title, id), about: textOr(about, ''), topic: textOr(topic, '') }
}

const textOr = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise)
