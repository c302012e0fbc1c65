// A worker of a host's own.
import { nodes, serve } from 'litegraph-diffusion/worker'
import { mirror } from './mine.js'
import { convMixer, mixer } from './mixer.js'

serve([...nodes, mirror, convMixer], self, { models: [mixer] })
