// Figure of the workflow that is open in the editor.
import { computed } from '@preact/signals'
import { parentId } from '../../engine/base/ids.ts'
import { withValue } from '../graph/nodePaths.ts'
import type { RunningServices } from '../running/services.ts'
import { runState, runsHere, tabResults } from '../running/state.ts'
import { presentFile } from '../workspace/state.ts'
import { findItems } from './choices.ts'
import { toProgress, type RunProgress } from '../../hosts/figure/runs.ts'
import type { Finished } from '../../hosts/worker/clientTypes.ts'
import type { FigureModel, FigurePhase } from './figureTypes.ts'

/** `zone` shows one loop alone, by the title or id of its Start. */
export function createEditorFigure(
  { workspace, stage, runner }: Pick<RunningServices, 'workspace' | 'stage' | 'runner'>,
  zone?: string,
): FigureModel {
  return {
    file: presentFile,
    items: computed(() => findItems(presentFile.value, zone)),
    views: computed(() => tabResults.value.views.value),
    phase: computed(getPhase),
    progress: computed(getProgress),
    faults: computed(() => runState.faults.value),
    engineError: runState.engineError,
    ended: computed(getEnd),
    set(node, name, value) {
      const shown = findOnCanvas(stage, node)
      if (shown) workspace.setParam(shown, name, value)
      else workspace.editWhole((whole) => withValue(whole, node, name, value))
    },
    run: () => runner.run(),
    stop: () => runner.stop(),
  }
}

/** The node on the canvas, where a change is fast enough for sliders. */
function findOnCanvas(stage: RunningServices['stage'], id: string) {
  if (parentId(id) !== stage.within()) return undefined
  return stage.nodes().find((node) => stage.fullId(node.id) === id)
}

function getPhase(): FigurePhase {
  const phase = runState.phase.value
  if (phase === 'idle' || phase === 'stopping') return phase
  return phase === 'starting' || !runsHere.value ? 'waiting' : 'running'
}

function getProgress(): RunProgress | undefined {
  const progress = runsHere.value ? runState.progress.value : undefined
  return progress && toProgress(progress)
}

function getEnd(): Finished | undefined {
  const end = runState.ended.value
  return end && { seconds: end.seconds, stopped: end.stopped, faults: [...runState.faults.value] }
}
