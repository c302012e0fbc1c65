// Activity of the nodes on the canvas: those that are muted, bypassed or waiting are drawn paler.
import type { Stage } from '../canvas/stage.ts'
import type { Workspace } from './workspace.ts'

/** Shows the activity of all nodes after each change. */
export function followActivity(
  stage: Pick<Stage, 'showActivity'>,
  workspace: Pick<Workspace, 'subscribe'>,
) {
  workspace.subscribe(({ kind, after }) => {
    if (kind !== 'preview') stage.showActivity(after.flat.activity)
  })
}
