// How components reach the editor.
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Editor } from './editor.ts'

export const EditorContext = createContext<Editor | undefined>(undefined)

export function useEditor(): Editor {
  const editor = useContext(EditorContext)
  if (!editor) throw new Error('A component is used outside of the editor.')
  return editor
}
