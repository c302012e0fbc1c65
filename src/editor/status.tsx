// The line along the bottom: what runs, how far, how fast, on what; and how many things are wrong.
import { useEffect, useState } from 'preact/hooks'
import { CommandButton, MenuButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import * as format from './format.ts'
import { icons } from './icons.tsx'
import { listProblems } from './problems.ts'
import * as state from './state.ts'
import { inWords, said, texts, translated } from './texts.ts'

export function Status() {
  const { run } = state
  return (
    <footer class="status" aria-label={texts.status.label} data-state={mood()}>
      <span class="state">
        <span class="dot" />
        {elsewhere() ? <Elsewhere /> : stateInWords()}
      </span>
      <Figures />
      <span class="says" title={said(run.says.value)}>
        {said(run.says.value)}
      </span>
      <Problems />
      <Backend />
      <Zoom />
      <Announcer />
    </footer>
  )
}

function mood(): string {
  const { state: now, faults, ended } = state.run
  if (now.value === 'paused') return 'paused'
  if (now.value !== 'idle') return 'running'
  if (faults.value.length) return 'fault'
  return ended.value && !ended.value.stopped ? 'finished' : 'idle'
}

function stateInWords(): string {
  const { state: now, ended, faults, backend, engineFailed, compiling, present } = state.run
  const { status } = texts
  switch (now.value) {
    case 'starting':
      return backend.value ? status.preparing : status.starting
    case 'running':
      return compiling.value
        ? status.compiling(format.count(compiling.value.done), format.count(compiling.value.total))
        : present.value && present.value.tab === undefined
          ? status.runningOther(translated(present.value.name))
          : status.running
    case 'paused':
      return status.paused
    case 'stopping':
      return status.stopping
    case 'idle':
      if (engineFailed.value) return status.noEngine
      if (faults.value.length) return status.failed
      if (!ended.value) return status.idle
      return ended.value.stopped ? status.stopped : [status.finished(format.time(ended.value.seconds)), ranOf()].join('')
  }
}

/** The tab where something runs, if it is another than the one that is shown. */
const elsewhere = () =>
  state.runsHere.value ? undefined : state.tabs.value.find(({ key }) => key === state.run.present.value?.tab)

function Elsewhere() {
  const { workspace } = useEditor()
  const tab = elsewhere()
  return (
    <button type="button" class="link" onClick={() => tab && void workspace.turnTo(tab.key)}>
      {texts.tabs.runsIn(stateInWords(), translated(tab?.name ?? ''))}
    </button>
  )
}

/** How many nodes were computed, if some were not. */
function ranOf(): string {
  const nodes = state.run.ended.value?.nodes
  if (!nodes?.kept.length) return ''
  return ` · ${texts.status.ran(nodes.ran.length, nodes.ran.length + nodes.kept.length)}`
}

function Figures() {
  const progress = state.run.progress.value
  if (!progress) return null
  const { index, count, loss, rate, secondsLeft, label } = progress
  const { status } = texts
  // Between two steps by hand there is no rate, and in slow motion it is the one that was chosen.
  const going = state.run.state.value === 'running' && state.run.speed.value === 'full'
  return (
    <span class="figures">
      <span>
        <b>{status.step(format.count(index), format.count(count))}</b>
      </span>
      {loss !== undefined && (
        <span>
          {status.loss} <b>{format.number(loss)}</b>
        </span>
      )}
      {label && <span>{label}</span>}
      {going && rate > 0 && <span>{status.rate(format.number(rate))}</span>}
      {going && Number.isFinite(secondsLeft) && <span>{status.left(format.roughly(secondsLeft))}</span>}
    </span>
  )
}

function Problems() {
  const editor = useEditor()
  const { faults, notices } = state.run
  const show = () => listProblems(editor)
  return (
    <>
      {faults.value.length > 0 && (
        <button type="button" class="button problems" onClick={show}>
          <icons.warn />
          {texts.status.problems(faults.value.length)}
        </button>
      )}
      {notices.value.length > 0 && (
        <button type="button" class="button notices" onClick={show}>
          {texts.status.notices(notices.value.length)}
        </button>
      )}
    </>
  )
}

const names = { webgpu: 'WebGPU', wasm: 'WebAssembly', webgl: 'WebGL', cpu: 'JavaScript' } as const

/** Whether the networks of the last run were given to a GPU from recordings, and why they were not. */
function aboutNetworks(): string[] {
  const networks = state.run.ended.value?.networks
  if (!networks) return []
  const { again, anew, why } = networks
  const text = texts.status.networks(format.count(again), format.count(again + anew))
  return [why.length > 0 ? `${text} (${why.map(said).join('; ')})` : text]
}

function Backend() {
  const editor = useEditor()
  const { backend, engineFailed } = state.run
  if (engineFailed.value) return <span class="problems">{said(engineFailed.value)}</span>
  const report = backend.value
  if (!report) return null
  const rejected = report.rejected.map(({ name, reason }) => texts.status.rejected(names[name], said(reason)))
  const reason = said(report.reason)
  const why = [reason, ...(report.kernels ? [said(report.kernels)] : []), ...aboutNetworks(), ...rejected].join('\n')
  const shown = report.device ? `${names[report.name]} · ${said(report.device)}` : names[report.name]
  const again = {
    label: texts.status.measure,
    disabled: state.busy.value,
    run: () => editor.runner.useBackend(report.name, true),
  }
  return (
    <MenuButton
      class=""
      side="above"
      label={`${texts.status.onBackend(shown)}. ${reason}`}
      title={why}
      icon={shown}
      menu={() => ({
        title: reason,
        items: [
          ...(['auto', 'webgpu', 'wasm', 'webgl', 'cpu'] as const).map((name) => ({
            label: name === 'auto' ? texts.status.fastest : names[name],
            checked: name === report.name,
            disabled: state.busy.value,
            run: () => editor.runner.useBackend(name),
          })),
          ...(report.kernels ? (['rule', again] as const) : []),
        ],
      })}
    />
  )
}

const Zoom = () => <CommandButton command="fit" class="" icon={<icons.fit />} />

/** For those who do not see it: how far the run is, now and then; faults at once. */
function Announcer() {
  const [now, setNow] = useState('')
  const { progress, faults } = state.run
  const words = stateInWords()
  useEffect(() => {
    setNow(words)
    const timer = setInterval(() => {
      const at = progress.peek()
      if (at && state.run.state.peek() === 'running') {
        setNow(texts.status.announce(at.index, at.count, at.loss === undefined ? undefined : format.number(at.loss)))
      }
    }, 5000)
    return () => clearInterval(timer)
  }, [words, progress])
  const first = faults.value[0]
  return (
    <>
      <span class="hidden" role="status" aria-live="polite">
        {now}
      </span>
      <span class="hidden" role="alert">
        {first && `${texts.status.problems(faults.value.length)}. ${inWords(first)}`}
      </span>
    </>
  )
}
