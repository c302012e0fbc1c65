// The page of the editor.
import './styles.ts'
import { connect } from '../../nodes/host/connect.ts'
import { mount } from './app.tsx'
import { registerServiceWorker } from '../pwa/offline.ts'

const root = document.getElementById('app')!

await mount(root, connect())
await registerServiceWorker()
