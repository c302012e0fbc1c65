// The ready workflows that come with the editor, and their thumbnails.
import { getSearchText } from '../graph/workflowText.ts'
import { matchTitle, splitWords } from '../graph/nodeSearch.ts'
import { topicText, translateWorkflow } from '../texts/texts.ts'

export interface ReadyWorkflow {
  /** Name of the file without its extension, e.g. "points". */
  id: string
  title: string
  about: string
  /** Heading in the gallery, e.g. "Points". Empty if the file has none. */
  topic: string
  picture?: string
  text: string
}

/** Order in the gallery, from simple to advanced. Unlisted workflows follow, sorted by name. */
const order = [
  'points',
  'forward-process',
  'marginal',
  'posterior',
  'score-field',
  'ddpm-ddim',
  'guidance-by-hand',
  'dps',
  'own-sampler',
  'subgraph',
  'digits-train',
  'digits-sample',
  'dit-digits',
  'mnist-train',
  'mnist-sample',
  'own-images',
  'spectrum',
  'attention',
  'classifier',
]

const rank = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length)

/** Workflow that new users see first. */
export const FIRST_READY = 'points'

/** Workflow that trains on the user's own data set. Its image node does not name one yet. */
export const OWN_IMAGES = 'own-images'

/** A chunk of its own, as it grows with each workflow. */
const readyFiles = () => import('./readyFiles.ts')

export async function loadReady(id: string): Promise<ReadyWorkflow | undefined> {
  const { files, pictures } = await readyFiles()
  const path = Object.keys(files).find((each) => readyId(each) === id)
  if (!path) return undefined
  const picture = Object.keys(pictures).find((each) => readyId(each) === id)
  const [text, url] = await Promise.all([files[path](), picture ? pictures[picture]() : undefined])
  return { id, ...readDetails(text, id), ...(url && { picture: url }), text }
}

/** Ids of all ready workflows. */
export const readyIds = async (): Promise<string[]> =>
  Object.keys((await readyFiles()).files).map(readyId)

const readyId = (path: string) => path.replace(/^.*\/|\.\w+$/g, '')

export async function loadAllReady(): Promise<ReadyWorkflow[]> {
  const ids = await readyIds()
  ids.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
  return (await Promise.all(ids.map(loadReady))).filter((each) => each !== undefined)
}

/** Finds the workflows that contain every word of the query, in English or the current language. */
export function searchReady(ready: readonly ReadyWorkflow[], query: string): ReadyWorkflow[] {
  const words = splitWords(query)
  return ready.filter(({ title, topic, text }) => {
    const english = `${title} ${topic}`
    return (
      matchTitle(
        `${translateWorkflow(title)} ${topicText(topic)}`,
        words,
        `${english} ${getSearchText(text)}`,
      ) !== undefined
    )
  })
}

/** Groups workflows by topic in order of first occurrence; those without a topic come last. */
export function groupByTopic(
  ready: readonly ReadyWorkflow[],
): [topic: string, ready: ReadyWorkflow[]][] {
  const topics = new Map<string, ReadyWorkflow[]>()
  for (const each of ready) topics.set(each.topic, [...(topics.get(each.topic) ?? []), each])
  return [...topics].sort(([a], [b]) => Number(a === '') - Number(b === ''))
}

function readDetails(text: string, id: string): Pick<ReadyWorkflow, 'title' | 'about' | 'topic'> {
  const { extra } = JSON.parse(text) as { extra?: { diffusion?: Record<string, unknown> } }
  const { title, about, topic } = extra?.diffusion ?? {}
  return { title: textOr(title, id), about: textOr(about, ''), topic: textOr(topic, '') }
}

const textOr = (value: unknown, otherwise: string) =>
  typeof value === 'string' ? value : otherwise
