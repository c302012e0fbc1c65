// The workspace and the library as services.
import type { CanvasServices } from '../canvas/services.ts'
import { useServices } from '../ui/services.ts'
import type { Library } from './library.ts'
import type { Workspace } from './workspace.ts'

export interface WorkspaceServices extends CanvasServices {
  workspace: Workspace
  library: Library
}

export const useWorkspace = (): WorkspaceServices => useServices()
