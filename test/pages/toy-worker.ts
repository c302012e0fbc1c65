// A worker of a host's own, as README shows it, with the nodes of the plan's tests.
import { serve } from '../../src/nodes/serve.ts'
import { ops } from '../plan/toy.ts'

serve([...ops.values()])
