// Panel buttons of a subgraph node: save it to the library, or update it from there.
import { presentFile } from '../workspace/state.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { Subgraph } from '../../workflow/file.ts'
import { texts } from '../texts/texts.ts'
import { saveNode } from './savedNodeActions.ts'
import { compareWithSaved, insertSavedNode } from './savedNodes.ts'
import { useSubgraphs } from './services.ts'
import { savedNodes } from './state.ts'

export function SaveNodeButtons({ node, subgraph }: { node: DiffusionNode; subgraph: Subgraph }) {
  const editor = useSubgraphs()
  const words = texts.myNodes
  const saved = savedNodes.value.find(({ id }) => id === subgraph.id)
  const state = compareWithSaved(presentFile.value, subgraph, saved)
  const update = () => {
    if (saved) editor.workspace.editWhole((whole) => insertSavedNode(whole, saved))
  }
  return (
    <>
      {state !== 'none' && <p class="hint">{words.status[state]}</p>}
      <div class="buttons">
        {state === 'older' && (
          <button type="button" class="button outline small" onClick={update}>
            {words.update}
          </button>
        )}
        {state !== 'same' && (
          <button
            type="button"
            class="button outline small"
            onClick={() => void saveNode(editor, node)}
          >
            {state === 'none' ? words.save : words.replace}
          </button>
        )}
      </div>
    </>
  )
}
