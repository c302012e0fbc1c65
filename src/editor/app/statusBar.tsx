// Status bar: state, progress and speed of the run, number of problems, backend and zoom.
import { getText } from '../../engine/base/catalogue.ts'
import { useEffect, useState } from 'preact/hooks'
import { CommandButton, MenuButton } from '../ui/buttons.tsx'
import { useEditor } from './services.ts'
import * as format from '../ui/format.ts'
import { TrainingSaves } from './trainingSaves.tsx'
import { canvasTool, setCanvasTool } from '../canvas/state.ts'
import { getCommand, shortcut } from '../ui/commands.ts'
import { icons } from '../ui/icons.tsx'
import { listProblems } from './problems.ts'
import { busy, runState, runsHere } from '../running/state.ts'
import { TrainingTime } from '../running/trainingTimeLoader.tsx'
import { openTabs } from '../workspace/state.ts'
import { formatFault, translateMessage, texts, translateWorkflow } from '../texts/texts.ts'

export function StatusBar() {
  const run = runState
  return (
    <footer class="status" aria-label={texts.status.label} data-state={getMood()}>
      <span class="state">
        <span class="dot" />
        {getOtherTab() ? <OtherTabButton /> : formatRunState()}
      </span>
      <RunFigures />
      <TrainingTime />
      <TrainingSaves />
      <span class="says" title={translateMessage(run.statusText.value)}>
        {translateMessage(run.statusText.value)}
      </span>
      <ProblemButtons />
      <ToolButton />
      <Backend />
      <Zoom />
      <Announcer />
    </footer>
  )
}

function getMood(): string {
  const { phase, faults, failed, ended } = runState
  if (phase.value === 'paused') return 'paused'
  if (phase.value !== 'idle') return 'running'
  if (faults.value.length) return 'fault'
  return ended.value && !ended.value.stopped && !failed.value ? 'finished' : 'idle'
}

function formatRunState(): string {
  const { phase, ended, failed, faults, backend, compiling, present } = runState
  const { status } = texts
  switch (phase.value) {
    case 'starting':
      return backend.value ? status.preparing : status.starting
    case 'running':
      return compiling.value
        ? status.compiling(format.count(compiling.value.done), format.count(compiling.value.total))
        : present.value && present.value.tab === undefined
          ? status.runningOther(translateWorkflow(present.value.name))
          : status.running
    case 'paused':
      return status.paused
    case 'stopping':
      return status.stopping
    case 'idle':
      if (runState.engineError.value) return status.noEngine
      if (faults.value.length) return status.failed
      // The cause of a failed run may have been corrected since.
      if (!ended.value || failed.value) return status.idle
      return ended.value.stopped
        ? status.stopped
        : [status.finished(format.time(ended.value.seconds)), formatReusedCount()].join('')
  }
}

/** Tab of the active run, if it is not the shown tab. */
const getOtherTab = () =>
  runsHere.value ? undefined : openTabs.value.find(({ key }) => key === runState.present.value?.tab)

function OtherTabButton() {
  const { workspace } = useEditor()
  const tab = getOtherTab()
  return (
    <button type="button" class="link" onClick={() => tab && void workspace.activateTab(tab.key)}>
      {texts.tabs.runningIn(formatRunState(), translateWorkflow(tab?.name ?? ''))}
    </button>
  )
}

/** Number of nodes whose cached results were used, if any. */
function formatReusedCount(): string {
  const nodes = runState.ended.value?.nodes
  if (!nodes?.cached.length) return ''
  const all = nodes.computed.length + nodes.cached.length
  return ` · ${texts.status.reused(nodes.cached.length, all)}`
}

function RunFigures() {
  const progress = runState.progress.value
  if (!progress) return null
  const { index, count, loss, rate, secondsLeft, label, training } = progress
  const { status } = texts
  // The rate is only meaningful at full speed, not in slow motion or between single steps.
  const isFullSpeed = runState.phase.value === 'running' && runState.speed.value === 'full'
  return (
    <span class="figures">
      {training && <span>{status.training(training.number, training.of)}</span>}
      <span>
        <b>{status.step(format.count(index), format.count(count))}</b>
      </span>
      {loss !== undefined && (
        <span title={status.lossHint}>
          {status.loss} <b>{format.number(loss)}</b>
        </span>
      )}
      {label && <span>{label}</span>}
      {isFullSpeed && rate > 0 && <span>{status.rate(format.number(rate))}</span>}
      {isFullSpeed && Number.isFinite(secondsLeft) && (
        <span>{status.left(format.estimate(secondsLeft))}</span>
      )}
    </span>
  )
}

function ProblemButtons() {
  const editor = useEditor()
  const { faults, notices } = runState
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

/** Number of networks that the last run replayed from recordings, and the reasons if it did not. */
function describeNetworks(): string[] {
  const networks = runState.ended.value?.networks
  if (!networks) return []
  const { replayed, executed, reasons } = networks
  const text = texts.status.networks(format.count(replayed), format.count(replayed + executed))
  return [
    reasons.length > 0
      ? `${text} (${(networks.messages?.reasons ?? reasons).map(translateMessage).join('; ')})`
      : text,
  ]
}

function Backend() {
  const editor = useEditor()
  const { backend, engineError: engineFailed } = runState
  if (engineFailed.value)
    return <span class="problems">{translateMessage(engineFailed.value)}</span>
  const report = backend.value
  if (!report) return null
  const rejected = report.rejected.map((each) =>
    texts.status.rejected(names[each.name], translateMessage(getText(each, 'reason'))),
  )
  const { device, kernels, messages } = report
  const reason = translateMessage(getText(report, 'reason'))
  const why = [
    reason,
    ...(kernels ? [translateMessage(getText({ kernels, messages }, 'kernels'))] : []),
    ...describeNetworks(),
    ...rejected,
  ].join('\n')
  const shown = device
    ? `${names[report.name]} · ${translateMessage(getText(report, 'device'))}`
    : names[report.name]
  const again = {
    label: texts.status.measure,
    disabled: busy.value,
    run: () => editor.engine.useBackend(report.name, true),
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
            disabled: busy.value,
            run: () => editor.engine.useBackend(name),
          })),
          ...(kernels ? (['rule', again] as const) : []),
        ],
      })}
    />
  )
}

/** The tool of the pointer, unless it selects. A click chooses the select tool. */
function ToolButton() {
  const tool = canvasTool.value
  if (tool === 'select') return null
  const label = tool === 'hand' ? texts.commands.handTool : texts.commands.cutTool
  return (
    <button
      type="button"
      class="button"
      aria-pressed="true"
      title={`${label} · ${getCommand('selectTool').label} (${shortcut(getCommand('selectTool'))})`}
      onClick={() => setCanvasTool('select')}
    >
      {label}
      <icons.close />
    </button>
  )
}

const Zoom = () => <CommandButton command="fit" class="" icon={<icons.fit />} />

/** Announcements for screen readers: progress every 5 seconds, faults immediately. */
function Announcer() {
  const [now, setNow] = useState('')
  const { progress, faults } = runState
  const state = formatRunState()
  useEffect(() => {
    setNow(state)
    const timer = setInterval(() => {
      const at = progress.peek()
      if (at && runState.phase.peek() === 'running') {
        setNow(
          texts.status.announce(
            at.index,
            at.count,
            at.loss === undefined ? undefined : format.number(at.loss),
          ),
        )
      }
    }, 5000)
    return () => clearInterval(timer)
  }, [state, progress])
  const first = faults.value[0]
  return (
    <>
      <span class="hidden" role="status" aria-live="polite">
        {now}
      </span>
      <span class="hidden" role="alert">
        {first && `${texts.status.problems(faults.value.length)}. ${formatFault(first)}`}
      </span>
    </>
  )
}
