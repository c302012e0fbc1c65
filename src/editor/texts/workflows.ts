// Translations of ready workflows: titles, descriptions and notes.

/** Texts of one workflow. Notes have the ids of their nodes. */
export interface WorkflowTexts {
  title: string
  about: string
  notes?: Readonly<Record<string, string>>
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

/**
 * Maps the English texts of the ready workflows to their translations. Open workflows do not record
 * the ready one from which they were created, so an unedited text is recognised by its words.
 * Edited texts are not in the map and are not translated.
 */
export function pairTexts(english: WorkflowTable, translations: WorkflowTable) {
  const translated = textsByPlace(translations)
  return new Map(
    [...textsByPlace(english)].flatMap(([place, text]) => {
      const translation = translated.get(place)
      return translation === undefined ? [] : [[text, translation] as const]
    }),
  )
}
