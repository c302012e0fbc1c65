// The services of the editor as one object.
import type { BackupServices } from '../backup/services.ts'
import type { RunsServices } from '../runs/services.ts'
import { useServices } from '../ui/services.ts'

export interface Editor extends RunsServices, BackupServices {}

export const useEditor = (): Editor => useServices()
