// Tables of ready workflows, in the order of the learning path: all in docs/workflows.md, by level,
// and the first ones in the README. Titles, levels and times come from the workflows and the path,
// descriptions from docs/workflows.md.
import { readFileSync } from 'node:fs'
import { groupByLevel, learningPath, type PathEntry } from '../src/editor/workspace/learningPath.ts'

const [BEGIN, END] = ['<!-- workflows: `npm run docs` -->', '<!-- end of workflows -->']

const headings = { basic: 'Basic', intermediate: 'Intermediate', advanced: 'Advanced', '': 'Other' }

interface Details {
  title: string
  about: string
}

function readDetails(id: string): Details {
  const file = JSON.parse(readFileSync(`workflows/${id}.json`, 'utf8')) as {
    extra: { diffusion: Details }
  }
  return file.extra.diffusion
}

/** Number of workflows in the README. */
const FIRST = 10

/** Returns docs/workflows.md with an up-to-date table between its two marks. */
export function updateWorkflowTable(page: string): string {
  const known = readDescriptions(page)
  const parts = groupByLevel(learningPath.map((entry) => ({ path: entry }))).map(([level, some]) =>
    writeTable(
      headings[level],
      some.map(({ path }) => path),
      known,
    ),
  )
  return replaceBetweenMarks(page, parts.join('\n\n'))
}

/** Returns the README with the first workflows, described as on the page of all of them. */
export function updateFirstWorkflows(readme: string, page: string): string {
  const first = learningPath.slice(0, FIRST)
  return replaceBetweenMarks(readme, writeTable('Workflow', first, readDescriptions(page)))
}

function replaceBetweenMarks(page: string, table: string): string {
  const [before, rest] = page.split(BEGIN)
  if (rest === undefined || !rest.includes(END))
    throw new Error(`The page has no table between ${BEGIN} and ${END}.`)
  return [before, BEGIN, '\n\n', table, '\n\n', END, rest.split(END)[1]].join('')
}

const writeTable = (
  heading: string,
  entries: readonly PathEntry[],
  known: ReadonlyMap<string, string>,
): string =>
  [`| ${heading} | | |`, '|---|---|---|', ...entries.map((path) => tableRow(path, known))].join(
    '\n',
  )

/** Descriptions of a table, by title. */
function readDescriptions(table: string): Map<string, string> {
  const rows = [...table.matchAll(/^\| \*\*(.+?)\*\* \| (.*?) \|/gm)]
  return new Map(rows.map(([, title, text]) => [title, text]))
}

function tableRow({ id, seconds, needs }: PathEntry, known: ReadonlyMap<string, string>): string {
  const { title, about } = readDetails(id)
  const description = known.get(title) ?? firstSentence(about)
  const minutes = seconds < 45 ? 'under 1 min' : `${Math.max(1, Math.round(seconds / 60))} min`
  const time = needs.includes('gpu') ? `${minutes}, GPU recommended` : minutes
  return `| **${title}** | ${description} | ${time} |`
}

const firstSentence = (text: string) => text.split(/(?<=[.!?])\s/)[0].replace(/\.$/, '')
