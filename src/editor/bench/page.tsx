// The page of measurements: start and stop, progress, and the tables of results.
import { useEffect, useRef, useState } from 'preact/hooks'
import { getErrorMessage } from '../../engine/messages/fault.ts'
import type { BenchTexts } from '../texts/en/bench.ts'
import * as format from '../ui/format.ts'
import { CopyButtons } from './copyButtons.tsx'
import { backendName, noticesOf } from './format.ts'
import type { Machine } from './machine.ts'
import { measure, type BenchProgress } from './measure.ts'
import { openPeer } from './openPeer.ts'
import type { BenchSettings } from './plan.ts'
import { machineFacts, type Report } from './report.ts'
import { StepTable, TestTable } from './tables.tsx'

interface Props {
  texts: BenchTexts
  machine: Machine
  settings: BenchSettings
}

export function BenchPage({ texts, machine, settings }: Props) {
  const { report, progress, start, stop } = useMeasurement(machine, settings)
  const isRunning = progress !== undefined
  return (
    <main class="bench">
      <header>
        <h1>{texts.title}</h1>
        <p>{texts.about}</p>
        <p>{texts.advice}</p>
        <div class="actions">
          {isRunning ? (
            <button type="button" class="button outline" onClick={stop}>
              {texts.stop}
            </button>
          ) : (
            <button type="button" class="button primary" onClick={start}>
              {report ? texts.again : texts.start}
            </button>
          )}
          <a class="link" href="./">
            {texts.toEditor}
          </a>
        </div>
      </header>
      <BenchStatus progress={progress} report={report} texts={texts} />
      {report && <Notices report={report} texts={texts} />}
      <section>
        <h2>{texts.machine}</h2>
        <dl>
          {machineFacts(machine, texts).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {report && report.results.backends.length > 0 && (
        <>
          <TestTable results={report.results} texts={texts} />
          <StepTable results={report.results} texts={texts} />
          {!isRunning && <CopyButtons report={report} texts={texts} />}
        </>
      )}
    </main>
  )
}

/** The running measurement, and the report so far. */
function useMeasurement(machine: Machine, settings: BenchSettings) {
  const [report, setReport] = useState<Report>()
  const [progress, setProgress] = useState<BenchProgress>()
  const stopping = useRef<AbortController>(undefined)
  useEffect(() => () => stopping.current?.abort(), [])
  const start = async () => {
    const controller = (stopping.current = new AbortController())
    const { signal } = controller
    const wasHidden = watchVisibility(signal)
    const begun = { date: new Date().toISOString(), machine }
    const show = (results: Report['results'], broken?: string) =>
      setReport({
        ...begun,
        results,
        wasHidden: wasHidden(),
        ...(broken !== undefined && { broken }),
      })
    let last: Report['results'] = { backends: [], rows: [], seconds: 0, stopped: false }
    setReport(undefined)
    try {
      last = await measure({
        settings,
        threads: machine.threads,
        signal,
        openPeer,
        onProgress: setProgress,
        onResults: (results) => show((last = results)),
      })
      show(last)
    } catch (error) {
      show(last, getErrorMessage(error))
    }
    controller.abort() // no more watching
    setProgress(undefined)
  }
  return { report, progress, start: () => void start(), stop: () => stopping.current?.abort() }
}

/** Returns a function that is true once the page was hidden. */
function watchVisibility(signal: AbortSignal): () => boolean {
  let wasHidden = document.hidden
  document.addEventListener('visibilitychange', () => (wasHidden ||= document.hidden), { signal })
  return () => wasHidden
}

interface StatusProps {
  progress: BenchProgress | undefined
  report: Report | undefined
  texts: BenchTexts
}

/** Progress while it runs, and then its end, announced to screen readers. */
function BenchStatus({ progress, report, texts }: StatusProps) {
  return (
    <>
      {progress && (
        <div class="running">
          <progress
            max={progress.total}
            value={progress.done}
            aria-label={texts.progress(progress.done, progress.total)}
          />
          <span>{describeNow(progress, texts)}</span>
        </div>
      )}
      <p role="status">
        {progress ? texts.progress(progress.done, progress.total) : describeEnd(report, texts)}
      </p>
    </>
  )
}

function describeNow({ now: { choice, job, side } }: BenchProgress, texts: BenchTexts): string {
  const backend = backendName(choice, texts)
  if (!job || !side) return texts.testing(backend)
  const what = `${texts.models[job.model]}, ${texts.tasks[job.task]}`
  return texts.measuring(backend, what, texts[side])
}

function describeEnd(report: Report | undefined, texts: BenchTexts): string {
  if (!report) return ''
  const { rows, seconds, stopped } = report.results
  return stopped ? texts.stopped(rows.length) : texts.ended(rows.length, format.time(seconds))
}

function Notices({ report, texts }: { report: Report; texts: BenchTexts }) {
  const notices = noticesOf(report.results, { isolated: report.machine.isolated, ...report }, texts)
  if (notices.length === 0) return null
  return (
    <div class="notices" role="alert">
      <ul>
        {notices.map((notice) => (
          <li key={notice}>{notice}</li>
        ))}
      </ul>
    </div>
  )
}
