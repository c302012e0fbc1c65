// The table of ready workflows in the README: by level, in the order of the learning path. Titles,
// levels and times come from the workflows and the path, descriptions stay as they are.
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

/** Returns the README with an up-to-date table between its two marks. */
export function updateWorkflowTable(readme: string): string {
  const [before, rest] = readme.split(BEGIN)
  if (rest === undefined || !rest.includes(END))
    throw new Error(`README.md has no table between ${BEGIN} and ${END}.`)
  const [table, after] = rest.split(END)
  const known = readDescriptions(table)
  const parts = groupByLevel(learningPath.map((entry) => ({ path: entry }))).map(([level, some]) =>
    [
      `| ${headings[level]} | | |`,
      '|---|---|---|',
      ...some.map(({ path }) => tableRow(path, known)),
    ].join('\n'),
  )
  return [before, BEGIN, '\n\n', parts.join('\n\n'), '\n\n', END, after].join('')
}

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
