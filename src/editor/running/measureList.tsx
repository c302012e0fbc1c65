// Time and memory of the nodes in the last run, as a table that can be sorted.
import { signal } from '@preact/signals'
import type { Measure } from '../../engine/protocol.ts'
import { CommandButton } from '../ui/buttons.tsx'
import type { LGraphNode } from '../canvas/canvas.ts'
import { byType } from '../graph/declarations.ts'
import { useRunning } from './services.ts'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { nodeMeasure } from '../graph/nodeMeasures.ts'
import { settings } from '../storage/settings.ts'
import { runState } from './state.ts'
import { formatPath } from '../graph/nodePaths.ts'
import { texts } from '../texts/texts.ts'
import { goToNode } from '../workspace/navigation.ts'

type Column = 'node' | 'time' | 'calls' | 'memory'

/** The order of the table: by default, the slowest first. */
const order = signal<{ column: Column; down: boolean }>({ column: 'time', down: true })

/** A measure with the title of its node, and with those of the subgraphs around it. */
interface Row {
  measure: Measure
  title: string
}

const compare: Readonly<Record<Column, (a: Row, b: Row) => number>> = {
  node: (a, b) => a.title.localeCompare(b.title),
  time: ({ measure: a }, { measure: b }) =>
    (a.seconds ?? -1) - (b.seconds ?? -1) || a.bytes - b.bytes,
  calls: ({ measure: a }, { measure: b }) => a.calls - b.calls,
  memory: ({ measure: a }, { measure: b }) => a.bytes - b.bytes,
}

function sortRows(rows: readonly Row[]): Row[] {
  const { column, down } = order.value
  const sorted = rows.toSorted(compare[column])
  return down ? sorted.reverse() : sorted
}

/** Measures of the full graph, if the setting is on. */
export function MeasureList() {
  const { stage } = useRunning()
  if (!settings.value.measures) return null
  const { nodes, timing } = runState.measures.value
  const total = sumSeconds(nodes)
  const rows = nodes.map((measure) => ({
    measure,
    title: formatPath(stage.nodeTitles(measure.node) ?? [measure.node]),
  }))
  return (
    <section class="section measures">
      <h3>
        {texts.measures.title}
        <CommandButton
          command="measures"
          class="icon small"
          icon={<icons.close />}
          label={texts.measures.close}
        />
      </h3>
      {rows.length === 0 ? (
        <p class="hint">
          {runState.ended.value ? texts.measures.allCached : texts.measures.runFirst}
        </p>
      ) : (
        <>
          <p class="hint">{texts.measures.timings[timing]}</p>
          <MeasureTable rows={sortRows(rows)} total={total} />
          <p class="hint">{texts.measures.all(format.duration(total))}</p>
        </>
      )}
    </section>
  )
}

const sumSeconds = (nodes: readonly Measure[]) =>
  nodes.reduce((sum, { seconds = 0 }) => sum + seconds, 0)

const MeasureTable = ({ rows, total }: { rows: readonly Row[]; total: number }) => (
  <table>
    <thead>
      <tr>
        <MeasureHead column="node" />
        <MeasureHead column="time" />
        <MeasureHead column="calls" />
        <MeasureHead column="memory" />
      </tr>
    </thead>
    <tbody>
      {rows.map(({ measure, title }) => (
        <MeasureRow key={measure.node} measure={measure} total={total} title={title} />
      ))}
    </tbody>
  </table>
)

/** A press sorts by the column, largest first and names from A; the next press reverses it. */
function MeasureHead({ column }: { column: Column }) {
  const { down } = order.value
  const isSorted = order.value.column === column
  return (
    <th scope="col" {...(isSorted && { 'aria-sort': down ? 'descending' : 'ascending' })}>
      <button
        type="button"
        class="link"
        onClick={() => (order.value = { column, down: isSorted ? !down : column !== 'node' })}
      >
        {texts.measures.columns[column]}
        <span aria-hidden="true">{isSorted ? (down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  )
}

function MeasureRow({ measure, total, title }: Row & { total: number }) {
  const editor = useRunning()
  const { seconds, calls, bytes } = measure
  const share = seconds === undefined || total === 0 ? 0 : seconds / total
  return (
    <tr style={{ '--share': `${100 * share}%` }}>
      <th scope="row">
        <button type="button" class="link" onClick={() => goToNode(editor, measure.node)}>
          {title}
        </button>
        <span class="detail">{describeCalls(editor.stage.nodeType(measure.node), measure)}</span>
      </th>
      <td>
        {seconds === undefined ? texts.measures.inStep : format.duration(seconds)}
        {seconds !== undefined && (
          <span class="detail">{texts.measures.share(Math.round(100 * share))}</span>
        )}
      </td>
      <td>{format.count(calls)}</td>
      <td>{bytes > 0 && format.bytes(bytes)}</td>
    </tr>
  )
}

/** What the time of a node contains, and the time of a call. */
function describeCalls(type: string | undefined, { seconds, calls }: Measure): string {
  const { timing } = runState.measures.value
  const isStep = timing === 'waited' || timing === 'issued'
  return [
    endsTraining(type) && (isStep ? texts.measures.fullStep : texts.measures.backward),
    seconds !== undefined &&
      calls > 1 &&
      texts.measures.each(format.count(calls), format.duration(seconds / calls)),
  ]
    .filter(Boolean)
    .join(' · ')
}

/** Returns true for the End of a training. Its time is that of the step minus other nodes. */
function endsTraining(type: string | undefined): boolean {
  const declaration = type === undefined ? undefined : byType.get(type)
  return declaration?.role === 'end' && Boolean(declaration.loop?.trains)
}

/** Measures of one node, next to its params. */
export function NodeMeasures({ node }: { node: LGraphNode }) {
  const { stage } = useRunning()
  const { nodes } = runState.measures.value
  const measure = nodeMeasure(nodes, stage.fullId(node.id))
  if (!settings.value.measures || !measure) return null
  return (
    <section class="section measures">
      <h3>{texts.measures.title}</h3>
      <MeasureTable rows={[{ measure, title: node.getTitle() }]} total={sumSeconds(nodes)} />
    </section>
  )
}
