// The page of the editor.
import './tokens.css'
import './editor.css'
import './small.css'
import { connect } from '../nodes/connect.ts'
import { mount } from './app.tsx'
import { keepForOffline } from './offline.ts'

const root = document.getElementById('app')!

await mount(root, connect())
await keepForOffline()
