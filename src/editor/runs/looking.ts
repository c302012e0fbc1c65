// Which runs are looked at: without any, all in the table.
import { signal } from '@preact/signals'

export const looking = signal<readonly string[]>([])
