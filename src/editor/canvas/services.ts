// Access to the canvas for components.
import { useServices } from '../ui/services.ts'
import type { Stage } from './stage.ts'

export interface CanvasServices {
  stage: Stage
}

export const useCanvas = (): CanvasServices => useServices()
