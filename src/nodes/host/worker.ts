// Default worker of hosts, which serves the nodes of this package.
import { nodes } from '../table.ts'
import { serve } from './serve.ts'

serve(nodes)
