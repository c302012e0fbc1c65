// A host's own worker as in the README, with the toy nodes of the plan tests.
import { serve } from '../../src/hosts/worker/serve.ts'
import { ops } from '../engine/plan/toy.ts'

serve([...ops.values()])
