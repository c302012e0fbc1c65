// The worker that hosts get by default: it serves the nodes of this package.
import { nodes } from './table.ts'
import { serve } from './serve.ts'

serve(nodes)
