// A worker of a host's own.
import { nodes, serve } from 'litegraph-diffusion/worker'
import { mirror } from './mine.js'

serve([...nodes, mirror])
