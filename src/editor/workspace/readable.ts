// Check of edits: a state of a document is accepted only if its text can be read again. Otherwise,
// neither drafts nor saved files of it could be opened.
import { parseWorkflow } from '../../workflow/index.ts'
import type { FileNode, WorkflowFile } from '../../workflow/file.ts'
import { cleanJson, limits, sameJson, type JsonObject } from '../../workflow/json.ts'
import { Notices } from '../../workflow/notices.ts'
import { readProperties } from '../../workflow/readFields.ts'
import { requireBounded } from '../../workflow/subgraphs.ts'
import { ownTypes } from '../graph/declarations.ts'
import { createSnapshot, type Snapshot } from './document.ts'

/**
 * Texts up to this size stay below the limits on values, nodes and slots: each value has at least
 * two characters, a slot more than forty.
 */
const SMALL_TEXT = 2 * limits.values

/**
 * Start of a line of {@link printJson} that may be inside too many levels. Each level adds two
 * spaces, and a line contains at most two further levels.
 */
const DEEP_LINE = '\n' + ' '.repeat(2 * (limits.depth - 2))

/**
 * Requires that the text of a state can be read again. The nodes of the open level have just been
 * read from the canvas, and `before` is readable; a full test is made only of other changes.
 * @param open id of the open subgraph
 * @throws WorkflowError with the reason
 */
export function requireReadable(after: Snapshot, before: Snapshot, open: string | undefined) {
  if (isSmallState(after) && hasSameLevels(after.file, before.file, open)) {
    if (after.file.subgraphs) requireBounded(after.file)
  } else readAgain(after)
}

/**
 * Returns an edited file as its text is read: the same file if only values of params differ.
 * @throws WorkflowError if it cannot be read
 */
export function requireReadableFile(after: WorkflowFile, before: WorkflowFile): WorkflowFile {
  const snapshot = createSnapshot(after)
  return isSmallState(snapshot) && hasOtherValues(after, before) ? after : readAgain(snapshot)
}

const readAgain = ({ text }: Snapshot): WorkflowFile => parseWorkflow(text, ownTypes).workflow

/** The original of a foreign file is merged with it, which may add anything. */
const isSmallState = ({ file, text }: Snapshot) =>
  !file.extra.diffusion?.foreign && text.length <= SMALL_TEXT && !text.includes(DEEP_LINE)

/** Returns true if all levels but the open one are equal. */
function hasSameLevels(after: WorkflowFile, before: WorkflowFile, open: string | undefined) {
  if (open !== undefined && !isSameBody(after, before)) return false
  const known = new Map(before.subgraphs?.map((subgraph) => [subgraph.id, subgraph]))
  return (after.subgraphs ?? []).every(({ inside, ...rest }) => {
    const was = known.get(rest.id)
    if (!was) return false
    const { inside: insideBefore, ...restBefore } = was
    // Removed nodes of the open level take their promoted params with them.
    if (rest.id === open)
      return sameJson({ ...rest, promoted: [] }, { ...restBefore, promoted: [] })
    return isSameBody(inside, insideBefore) && sameJson(rest, restBefore)
  })
}

type Body = Pick<WorkflowFile, 'nodes' | 'links' | 'groups'>

const isSameBody = (a: Body, b: Body) =>
  a === b || (a.nodes === b.nodes && a.links === b.links && a.groups === b.groups)

/** Returns true if only values of params differ, and all of them are read as they are. */
function hasOtherValues(after: WorkflowFile, before: WorkflowFile): boolean {
  if (after.extra !== before.extra || after.config !== before.config) return false
  const { subgraphs = [] } = after
  return (
    hasOtherProperties(after, before) &&
    subgraphs.length === (before.subgraphs?.length ?? 0) &&
    subgraphs.every(({ inside, ...rest }, i) => {
      const { inside: was, ...restBefore } = (before.subgraphs ?? [])[i]
      return hasOtherProperties(inside, was) && sameJson(rest, restBefore)
    })
  )
}

function hasOtherProperties(after: Body, before: Body): boolean {
  if (isSameBody(after, before)) return true
  return (
    after.links === before.links &&
    after.groups === before.groups &&
    after.nodes.length === before.nodes.length &&
    after.nodes.every((node, i) => node === before.nodes[i] || isSameNode(node, before.nodes[i]))
  )
}

function isSameNode(node: FileNode, before: FileNode): boolean {
  const { properties, ...rest } = node
  const { properties: _, ...restBefore } = before
  return sameJson(rest, restBefore) && isReadUnchanged(properties)
}

/** Returns true if values of params are read without a change. */
function isReadUnchanged(properties: JsonObject): boolean {
  const notices = new Notices()
  readProperties(cleanJson(properties, notices), 'properties', notices)
  return notices.list().notices.length === 0
}
