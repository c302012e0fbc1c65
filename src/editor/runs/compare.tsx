// Runs side by side: in what they differ, what came of them, their samples. One by itself is shown the same way.
import { emptyWorkflow } from '../../nodes/workflow.ts'
import { differencesOf, type Change, type Difference } from '../changes.ts'
import { inALine, valueInWords } from '../changeWords.ts'
import { useEditor } from '../context.ts'
import { ownTypes } from '../declarations.ts'
import * as format from '../format.ts'
import { said, texts, translated, viewText } from '../texts.ts'
import { openPictures } from '../viewer/files.ts'
import { restore } from './actions.ts'
import { Curves } from './curves.tsx'
import { useDetails } from './details.ts'
import { useUrl } from './picture.tsx'
import type { Picture, Run, RunDetails } from './record.ts'
import { fileOf } from './runs.ts'
import { changesInWords, lossInWords, namesOf, seedsInWords } from './words.ts'

export function Compare({ runs }: { runs: readonly Run[] }) {
  const details = useDetails(runs)
  if (!details) return null
  const differences = differencesOf(details.map(fileIn), ownTypes)
  return (
    <div class="compare" style={{ '--count': runs.length }}>
      <table class="compare-table">
        <caption class="hidden">{texts.runs.compared(runs.length)}</caption>
        <thead>
          <tr>
            <td />
            {runs.map((run) => (
              <RunHead key={run.id} run={run} />
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.length > 1 ? <Differences {...differences} count={runs.length} /> : <Changed run={runs[0]!} />}
          <RowsOf runs={runs} rows={resultsOf(runs)} />
          <Curves details={details} names={namesOf(runs, differences.params)} />
          <Samples details={details} names={namesOf(runs, differences.params)} />
          <RowsOf runs={runs} rows={circumstances()} />
        </tbody>
      </table>
    </div>
  )
}

function RunHead({ run }: { run: Run }) {
  const editor = useEditor()
  return (
    <th scope="col">
      <span class="when">{format.when(run.when)}</span>
      <span class="name">{translated(run.name)}</span>
      {run.note && <span class="note">{run.note}</span>}
      {run.fault && <span class="wrong">{said(run.fault)}</span>}
      <button type="button" class="button outline small" onClick={() => void restore(editor, run)}>
        {texts.runs.restore}
      </button>
    </th>
  )
}

const fileIn = ({ text }: RunDetails) => {
  try {
    return fileOf(text)
  } catch {
    return emptyWorkflow() // it is no longer read: nothing of it can be compared
  }
}

interface DifferencesProps {
  params: readonly Difference[]
  others: readonly Change[][]
  /** So many runs are compared. */
  count: number
}

function Differences({ params, others, count }: DifferencesProps) {
  if (params.length === 0 && others.every((some) => some.length === 0)) {
    return (
      <tr>
        <th scope="row">{texts.runs.differences}</th>
        <td colSpan={count}>{texts.runs.noDifference}</td>
      </tr>
    )
  }
  return (
    <>
      {params.map((difference) => (
        <DifferenceRow key={`${difference.node} ${difference.param}`} difference={difference} />
      ))}
      {others.some((some) => some.length > 0) && (
        <tr>
          <th scope="row">{texts.runs.graph}</th>
          {others.map((some, i) => (
            <td key={i}>{inALine(some)}</td>
          ))}
        </tr>
      )}
    </>
  )
}

function DifferenceRow({ difference: { title, param, values } }: { difference: Difference }) {
  return (
    <tr class="difference">
      <th scope="row">
        {title} <code>{param}</code>
      </th>
      {values.map((value, i) => (
        <td key={i} class="number">
          {valueInWords(value)}
        </td>
      ))}
    </tr>
  )
}

function Changed({ run }: { run: Run }) {
  return (
    <tr>
      <th scope="row">{texts.runs.columns.changed}</th>
      <td>{changesInWords(run) || (run.changed ? texts.runs.nothingChanged : texts.runs.first)}</td>
    </tr>
  )
}

/** What each run says in a row. */
type Rows = [name: string, inWords: (run: Run) => string][]

/** Rows in which somebody says something. */
function RowsOf({ runs, rows }: { runs: readonly Run[]; rows: Rows }) {
  const said = rows.filter(([, inWords]) => runs.some((run) => inWords(run)))
  return (
    <>
      {said.map(([name, inWords], i) => (
        <tr key={i}>
          <th scope="row">{name}</th>
          {runs.map((run) => (
            <td key={run.id} class="number">
              {inWords(run)}
            </td>
          ))}
        </tr>
      ))}
    </>
  )
}

/** The last loss, and the numbers that nodes showed. */
function resultsOf(runs: readonly Run[]): Rows {
  const metrics = new Map(runs.flatMap((run) => run.metrics.map(({ title, name }) => [`${title} ${name}`, { title, name }])))
  const valueIn = (run: Run, like: { title: string; name: string }) =>
    run.metrics.find(({ title, name }) => title === like.title && name === like.name)?.value
  return [
    [texts.runs.columns.loss, lossInWords],
    ...[...metrics.values()].map((metric): Rows[number] => [
      viewText(metric.name) || metric.title,
      (run) => {
        const value = valueIn(run, metric)
        return value === undefined ? '' : format.number(value)
      },
    ]),
  ]
}

function circumstances(): Rows {
  const { columns, outcomes, backend, steps, iterations } = texts.runs
  return [
    [steps, (run) => (run.iterations ? iterations(format.count(run.iterations.done), format.count(run.iterations.of)) : '')],
    [columns.seconds, ({ seconds, outcome }) => (outcome === 'finished' ? '' : `${outcomes[outcome]}, `) + format.time(seconds)],
    [columns.seed, seedsInWords],
    [backend, (run) => run.backend ?? ''],
  ]
}

/** A row for each node that showed some, so that pictures of the same node stand side by side. */
function Samples({ details, names }: { details: readonly RunDetails[]; names: readonly string[] }) {
  const nodes = new Map(details.flatMap(({ pictures }) => pictures.map(({ node, title }) => [node, title])))
  return (
    <>
      {[...nodes].map(([node, title]) => (
        <tr key={node} class="samples">
          <th scope="row">{title}</th>
          {details.map(({ id, pictures }) => {
            const picture = pictures.find((each) => each.node === node)
            return <td key={id}>{picture && <Shown picture={picture} open={() => openSamples(node, id, details, names)} />}</td>
          })}
        </tr>
      ))}
    </>
  )
}

/** Large, with those of the other runs to be compared with. */
function openSamples(node: string, of: string, details: readonly RunDetails[], names: readonly string[]) {
  const shown = details.flatMap(({ id, text, pictures }, i) => {
    const picture = pictures.find((each) => each.node === node)
    return picture ? [{ id, title: names[i]!, image: picture.image, workflow: text }] : []
  })
  const at = shown.findIndex(({ id }) => id === of)
  void openPictures(shown, at)
}

function Shown({ picture: { image, title, width, height }, open }: { picture: Picture; open: () => void }) {
  const url = useUrl(image)
  return (
    <button type="button" class="large" title={texts.commands.enlarge} onClick={open}>
      <img src={url} alt={title} width={width} height={height} />
    </button>
  )
}
