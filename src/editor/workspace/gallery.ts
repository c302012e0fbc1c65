// The ready workflows that come with the editor, as a learning path, and their thumbnails.
import { getSearchText } from '../graph/workflowText.ts'
import { matchTitle, splitSearch } from '../graph/textMatch.ts'
import { topicText, translateWorkflow } from '../texts/texts.ts'
import type { PathEntry } from './learningPath.ts'

export interface ReadyWorkflow {
  /** Name of the file without its extension, e.g. "points". */
  id: string
  title: string
  about: string
  /** Subject, e.g. "points". Empty if the file has none. */
  topic: string
  /** Addresses of the thumbnails for dark and light themes. */
  picture?: string
  lightPicture?: string
  text: string
}

/** A workflow of the learning path; one that the path does not list has no entry. */
export interface GalleryWorkflow extends ReadyWorkflow {
  path?: PathEntry
  /** Place in the path, from 1. */
  place: number
}

/** Workflow that new users see first. */
export const FIRST_READY = 'points'

/** Workflow that trains on the user's own data set. Its image node does not name one yet. */
export const OWN_IMAGES = 'own-images'

/** A chunk of its own, as it grows with each workflow. */
const readyFiles = () => import('./readyFiles.ts')

export async function loadReady(id: string): Promise<ReadyWorkflow | undefined> {
  const { files, pictures, lightPictures } = await readyFiles()
  const load = findById(files, id)
  if (!load) return undefined
  const [text, picture, light] = [await load(), findById(pictures, id), findById(lightPictures, id)]
  return {
    id,
    ...readDetails(text, id),
    ...(picture && { picture }),
    ...(light && { lightPicture: light }),
    text,
  }
}

/** Ids of all ready workflows. */
export const readyIds = async (): Promise<string[]> =>
  Object.keys((await readyFiles()).files).map(readyId)

const readyId = (path: string) => path.replace(/^.*\/|\.\w+$/g, '')

const findById = <T>(byPath: Readonly<Record<string, T>>, id: string): T | undefined =>
  Object.entries(byPath).find(([path]) => readyId(path) === id)?.[1]

/** Loads all ready workflows in the order of the learning path; unlisted ones follow by name. */
export async function loadAllReady(): Promise<GalleryWorkflow[]> {
  const [{ files }, { learningPath }] = await Promise.all([
    readyFiles(),
    import('./learningPath.ts'),
  ])
  const entries = new Map(learningPath.map((entry) => [entry.id, entry]))
  const unlisted = Object.keys(files)
    .map(readyId)
    .filter((id) => !entries.has(id))
  const ids = [...entries.keys(), ...unlisted.sort()]
  const ready = await Promise.all(ids.map(loadReady))
  return ready
    .filter((each) => each !== undefined)
    .map((each, i) => {
      const path = entries.get(each.id)
      return { ...each, ...(path && { path }), place: i + 1 }
    })
}

/** Finds the workflows that contain every word of the query, in English or the current language. */
export function searchReady<R extends ReadyWorkflow>(ready: readonly R[], query: string): R[] {
  const words = splitSearch(query)
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

function readDetails(text: string, id: string): Pick<ReadyWorkflow, 'title' | 'about' | 'topic'> {
  const { extra } = JSON.parse(text) as { extra?: { diffusion?: Record<string, unknown> } }
  const { title, about, topic } = extra?.diffusion ?? {}
  return { title: textOr(title, id), about: textOr(about, ''), topic: textOr(topic, '') }
}

const textOr = (value: unknown, otherwise: string) =>
  typeof value === 'string' ? value : otherwise
