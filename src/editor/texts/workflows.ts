// Translations of ready workflows: titles, descriptions and notes.

/** Texts of one workflow. Notes and titles have the ids of their nodes. */
export interface WorkflowTexts {
  title: string
  about: string
  notes?: Readonly<Record<string, string>>
  /** Titles of nodes, also of notes. Nodes named after their type have none. */
  titles?: Readonly<Record<string, string>>
}

/** Texts of workflows, by file name. */
export type WorkflowTable = Readonly<Record<string, WorkflowTexts>>

/** Returns all texts of workflows by their position: "points.title", "points.notes.14". */
export function textsByPlace(table: WorkflowTable): Map<string, string> {
  const texts = Object.entries(table).flatMap(([id, { title, about, notes = {} }]) => [
    [`${id}.title`, title] as const,
    [`${id}.about`, about] as const,
    ...Object.entries(notes).map(([node, text]) => [`${id}.notes.${node}`, text] as const),
  ])
  return new Map(texts.filter(([, text]) => text))
}

/** Returns the titles of nodes by their position: "points.19". */
export function titlesByPlace(table: WorkflowTable): Map<string, string> {
  const titles = Object.entries(table).flatMap(([id, { titles = {} }]) =>
    Object.entries(titles).map(([node, title]) => [`${id}.${node}`, title] as const),
  )
  return new Map(titles.filter(([, title]) => title))
}

/**
 * Maps the English texts of the ready workflows to their translations. Open workflows do not record
 * the ready one from which they were created, so an unedited text is recognised by its words.
 * Edited texts are not in the map and are not translated.
 */
export const pairTexts = (english: WorkflowTable, translations: WorkflowTable) =>
  pairByPlace(textsByPlace(english), textsByPlace(translations))

/** Maps the English titles of nodes to their translations, as {@link pairTexts} does for texts. */
export const pairTitles = (english: WorkflowTable, translations: WorkflowTable) =>
  pairByPlace(titlesByPlace(english), titlesByPlace(translations))

function pairByPlace(
  english: ReadonlyMap<string, string>,
  translated: ReadonlyMap<string, string>,
): Map<string, string> {
  return new Map(
    [...english].flatMap(([place, text]) => {
      const translation = translated.get(place)
      return translation === undefined ? [] : [[text, translation] as const]
    }),
  )
}
