// Tables of the self-test and of the times of steps.
import type { ComponentChildren } from 'preact'
import type { Side } from '../../hosts/bench/protocol.ts'
import type { BenchTexts } from '../texts/en/bench.ts'
import {
  backendName,
  deviceText,
  problemText,
  ratioText,
  rowModel,
  testText,
  timingText,
} from './format.ts'
import { failedChecks, type BenchResults, type Row } from './results.ts'

interface TableProps {
  results: BenchResults
  texts: BenchTexts
}

export function TestTable({ results, texts }: TableProps) {
  return (
    <section>
      <h2 id="bench-tests">{texts.tests}</h2>
      <Scrolled labelledBy="bench-tests">
        <thead>
          <tr>
            <th scope="col">{texts.backend}</th>
            <th scope="col">{texts.device}</th>
            <th scope="col">{texts.result}</th>
          </tr>
        </thead>
        <tbody>
          {results.backends.map((each) => (
            <tr
              key={backendName(each.choice, texts)}
              class={each.problem || failedChecks(each).length ? 'failed' : undefined}
            >
              <th scope="row">{backendName(each.choice, texts)}</th>
              <td>{deviceText(each)}</td>
              <td>{testText(each, texts)}</td>
            </tr>
          ))}
        </tbody>
      </Scrolled>
    </section>
  )
}

export function StepTable({ results, texts }: TableProps) {
  return (
    <section>
      <h2 id="bench-steps">{texts.steps}</h2>
      <Scrolled labelledBy="bench-steps">
        <thead>
          <tr>
            <th scope="col">{texts.backend}</th>
            <th scope="col">{texts.model}</th>
            <th scope="col">{texts.step}</th>
            <th scope="col" class="number">
              {texts.ours}
            </th>
            <th scope="col" class="number">
              {texts.stock}
            </th>
            <th scope="col" class="number">
              {texts.ratio}
            </th>
          </tr>
        </thead>
        <tbody>
          {results.rows.map((row, i) => (
            <tr key={i}>
              <th scope="row">{backendName(row.choice, texts)}</th>
              <td>{rowModel(row, texts)}</td>
              <td>{texts.tasks[row.job.task]}</td>
              <SideCell row={row} side="ours" texts={texts} />
              <SideCell row={row} side="stock" texts={texts} />
              <td class="number ratio">{ratioText(row, texts)}</td>
            </tr>
          ))}
        </tbody>
      </Scrolled>
      <p class="legend">{texts.legend}</p>
    </section>
  )
}

function SideCell({ row, side, texts }: { row: Row; side: Side; texts: BenchTexts }) {
  const timing = row[side]
  return (
    <td class="number">
      {timing && (
        <>
          <span>{timingText(timing, texts)}</span>
          <small>{texts.stepCount(timing.steps)}</small>
        </>
      )}
      {row.problems
        .filter((problem) => problem.side === side)
        .map((problem) => (
          <small key={problem.kind} class="problem">
            {problemText(problem, texts)}
          </small>
        ))}
    </td>
  )
}

/** A table that scrolls sideways on narrow screens, also with the keyboard. */
const Scrolled = ({
  labelledBy,
  children,
}: {
  labelledBy: string
  children: ComponentChildren
}) => (
  <div class="scrolled" role="region" aria-labelledby={labelledBy} tabIndex={0}>
    <table>{children}</table>
  </div>
)
