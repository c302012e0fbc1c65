// Runs before every test file: property tests try more cases in `npm run test:full`.
import { configureGlobal } from 'fast-check'

configureGlobal({ numRuns: process.env.FULL ? 1000 : 100 })
