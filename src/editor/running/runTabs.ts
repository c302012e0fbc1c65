// Assignment of runs to the tabs that show them, and stored views of earlier runs.
import type { Stage } from '../canvas/stage.ts'
import { currentTab, isShownHere, type ActiveRun } from './activeRun.ts'
import { createViewCache } from '../../hosts/worker/viewCache.ts'
import type { RunPresenter } from './runPresenter.ts'
import type { RunSource } from './runSource.ts'

export interface RunTabs {
  /** Shows a run in the tab on the canvas. */
  attach(run: ActiveRun): void
  detach(run: ActiveRun): void
  /**
   * Shows a queued run in the first tab with its graph, as long as the graph is unchanged. Returns
   * true if the run was attached or detached.
   */
  followGraph(run: ActiveRun): boolean
  /** Stores the views of a run for later runs of the same graph, whose cached nodes do not run. */
  storeViews(run: ActiveRun): void
  /** Shows the stored views of the graph with this key in the tab on the canvas. */
  showStoredViews(key: string, workflow: string): void
}

interface RunTabsOptions {
  stage: Pick<Stage, 'graph' | 'forgetRun'>
  presenter: RunPresenter
  isOpen: RunSource['isOpen']
  onAttach: (run: ActiveRun) => void
}

export function createRunTabs({ stage, presenter, isOpen, onAttach }: RunTabsOptions): RunTabs {
  const views = createViewCache()
  const showStoredViews = (key: string, workflow: string) => {
    const tab = currentTab(stage.graph)
    for (const event of views.get(key, workflow)) presenter.showOnNodes(event, tab)
  }
  const attach = (run: ActiveRun) => {
    presenter.attach(run)
    onAttach(run)
    showStoredViews(run.key, run.workflow.id)
  }
  return {
    attach,
    detach: (run) => presenter.detach(run),
    followGraph(run) {
      const isHere = isShownHere(run)
      if ((run.shownIn && !isHere) || isOpen(run) === isHere) return false
      if (isHere) {
        presenter.detach(run)
        stage.forgetRun()
      } else {
        attach(run)
        for (const event of run.log.events()) presenter.showInTab(event, run)
      }
      return true
    },
    storeViews: ({ key, workflow, log }) => views.put(key, workflow.id, log.views()),
    showStoredViews,
  }
}
