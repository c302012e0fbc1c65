// Comparison of runs side by side: differences, results, samples. Also shows a single run.
import { emptyWorkflow } from '../../workflow/index.ts'
import { findDifferences, type Change, type Difference } from '../graph/changes.ts'
import { summarizeChanges, describeChangedValue } from '../graph/changeText.ts'
import { ownTypes } from '../graph/declarations.ts'
import * as format from '../ui/format.ts'
import { texts, translateWorkflow, translateView } from '../texts/texts.ts'
import { openPictures } from '../viewer/pictureFiles.ts'
import { openRun } from './actions.ts'
import { CurveRows } from './curves.tsx'
import { useBlobUrl } from './blobImage.tsx'
import type { Picture, Run, RunDetails } from './record.ts'
import { useRunDetails } from './runDetails.ts'
import { parseRunFile } from './runHistory.ts'
import { runChangesText, lossText, distinctNames, seedsText, runFault } from './runText.ts'
import { useRuns } from './services.ts'

export function CompareRuns({ runs }: { runs: readonly Run[] }) {
  const details = useRunDetails(runs)
  if (!details) return null
  const differences = findDifferences(details.map(parseDetails), ownTypes)
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
          {runs.length > 1 ? (
            <DifferenceRows {...differences} count={runs.length} />
          ) : (
            <ChangesRow run={runs[0]} />
          )}
          <TextRows runs={runs} rows={resultRows(runs)} />
          <CurveRows details={details} names={distinctNames(runs, differences.params)} />
          <SampleRows details={details} names={distinctNames(runs, differences.params)} />
          <TextRows runs={runs} rows={environmentRows()} />
        </tbody>
      </table>
    </div>
  )
}

function RunHead({ run }: { run: Run }) {
  const editor = useRuns()
  return (
    <th scope="col">
      <span class="when">{format.dateTime(run.when)}</span>
      <span class="name">{translateWorkflow(run.name)}</span>
      {run.note && <span class="note">{run.note}</span>}
      {run.fault && <span class="wrong">{runFault(run)}</span>}
      <button type="button" class="button outline small" onClick={() => void openRun(editor, run)}>
        {texts.runs.restore}
      </button>
    </th>
  )
}

const parseDetails = ({ text }: RunDetails) => {
  try {
    return parseRunFile(text)
  } catch {
    return emptyWorkflow() // An unreadable workflow cannot be compared.
  }
}

interface DifferencesProps {
  params: readonly Difference[]
  others: readonly Change[][]
  /** Number of runs. */
  count: number
}

function DifferenceRows({ params, others, count }: DifferencesProps) {
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
            <td key={i}>{summarizeChanges(some)}</td>
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
          {describeChangedValue(value)}
        </td>
      ))}
    </tr>
  )
}

function ChangesRow({ run }: { run: Run }) {
  return (
    <tr>
      <th scope="row">{texts.runs.columns.changed}</th>
      <td>{runChangesText(run) || (run.changed ? texts.runs.nothingChanged : texts.runs.first)}</td>
    </tr>
  )
}

/** Row of a table: its name, and the text of each run. */
type TextRow = [name: string, text: (run: Run) => string]

/** Rows without those that are empty for all runs. */
function TextRows({ runs, rows }: { runs: readonly Run[]; rows: readonly TextRow[] }) {
  const shown = rows.filter(([, text]) => runs.some((run) => text(run)))
  return (
    <>
      {shown.map(([name, text], i) => (
        <tr key={i}>
          <th scope="row">{name}</th>
          {runs.map((run) => (
            <td key={run.id} class="number">
              {text(run)}
            </td>
          ))}
        </tr>
      ))}
    </>
  )
}

/** Last loss, and the metrics of nodes. */
function resultRows(runs: readonly Run[]): TextRow[] {
  const metrics = new Map(
    runs.flatMap((run) =>
      run.metrics.map(({ title, name }) => [`${title} ${name}`, { title, name }]),
    ),
  )
  const findValue = (run: Run, metric: { title: string; name: string }) =>
    run.metrics.find(({ title, name }) => title === metric.title && name === metric.name)?.value
  return [
    [texts.runs.columns.loss, lossText],
    ...[...metrics.values()].map((metric): TextRow => [
      translateView(metric.name) || metric.title,
      (run) => {
        const value = findValue(run, metric)
        return value === undefined ? '' : format.number(value)
      },
    ]),
  ]
}

function environmentRows(): TextRow[] {
  const { columns, outcomes, backend, steps, iterations } = texts.runs
  return [
    [
      steps,
      (run) =>
        run.iterations
          ? iterations(format.count(run.iterations.done), format.count(run.iterations.of))
          : '',
    ],
    [
      columns.seconds,
      ({ seconds, outcome }) =>
        (outcome === 'finished' ? '' : `${outcomes[outcome]}, `) + format.time(seconds),
    ],
    [columns.seed, seedsText],
    [backend, (run) => run.backend ?? ''],
  ]
}

/** One row per node with pictures, so that pictures of the same node are side by side. */
function SampleRows({
  details,
  names,
}: {
  details: readonly RunDetails[]
  names: readonly string[]
}) {
  const nodes = new Map(
    details.flatMap(({ pictures }) => pictures.map(({ node, title }) => [node, title])),
  )
  return (
    <>
      {[...nodes].map(([node, title]) => (
        <tr key={node} class="samples">
          <th scope="row">{title}</th>
          {details.map(({ id, pictures }) => {
            const picture = pictures.find((each) => each.node === node)
            return (
              <td key={id}>
                {picture && (
                  <SampleButton
                    picture={picture}
                    open={() => openSamples(node, id, details, names)}
                  />
                )}
              </td>
            )
          })}
        </tr>
      ))}
    </>
  )
}

/** Opens the pictures of a node in the viewer, starting at the given run. */
function openSamples(
  node: string,
  runId: string,
  details: readonly RunDetails[],
  names: readonly string[],
) {
  const pictures = details.flatMap(({ id, text, pictures }, i) => {
    const picture = pictures.find((each) => each.node === node)
    return picture ? [{ id, title: names[i], image: picture.image, workflow: text }] : []
  })
  const show = pictures.findIndex(({ id }) => id === runId)
  void openPictures(pictures, show)
}

function SampleButton({
  picture: { image, title, width, height },
  open,
}: {
  picture: Picture
  open: () => void
}) {
  const url = useBlobUrl(image)
  return (
    <button type="button" class="large" title={texts.commands.enlarge} onClick={open}>
      <img src={url} alt={title} width={width} height={height} />
    </button>
  )
}
