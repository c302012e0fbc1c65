// src/nodes/workflow, src/editor/drops: 파일을 워크플로로 읽으며 하는 말. 앞에 붙는 "nodes[3].pos: "는 그대로 둔다.
export const workflow = {
  // src/editor/drops
  'The folder holds more than {0} files.': '폴더에 파일이 {0}개보다 많습니다.',
  'It is a ZIP of more than 4 GiB. Unpack it, and drop the folder.': '4 GiB가 넘는 ZIP입니다. 풀어서 폴더를 놓으세요.',
  'The ZIP is damaged: its list of files is missing.': 'ZIP이 손상되었습니다. 파일 목록이 없습니다.',
  '{0} in the ZIP is too large.': 'ZIP 안의 {0}이(가) 너무 큽니다.',
  '{0} in the ZIP is damaged.': 'ZIP 안의 {0}이(가) 손상되었습니다.',
  '{0} in the ZIP is packed in a way that is not known here.': 'ZIP 안의 {0}이(가) 여기서 모르는 방식으로 압축되어 있습니다.',

  // bundle.ts, json.ts
  'There is no workflow.json in the ZIP.': 'ZIP에 workflow.json이 없습니다.',
  'it has {0} bytes; at most {1} are read.': '{0}바이트입니다. {1}바이트까지 읽습니다.',
  'the file is not the one that its SHA-256 stands for.': 'SHA-256이 가리키는 파일이 아닙니다.',
  'The file has {0} MB; at most {1} MB are read.': '파일이 {0} MB입니다. {1} MB까지 읽습니다.',
  'The file is not JSON: {0}': '파일이 JSON이 아닙니다: {0}',
  'nested more than {0} levels deep.': '{0}단계보다 깊이 겹쳐 있습니다.',
  'expected {0}, got nothing.': '{0~}이어야(여야) 하는데 없습니다.',
  'expected {0}, got {1}.': '{0~}이어야(여야) 하는데 {1~}입니다.',
  'expected {0}.': '{0~}이어야(여야) 합니다.',
  'a text of {0} characters is too long.': '텍스트가 {0}자로 너무 깁니다.',
  'NaN and Infinity are no JSON; they are read as null.': 'NaN과 Infinity는 JSON이 아니어서 null로 읽었습니다.',
  '{0} was left out: a file must not set it.': '{0}을(를) 뺐습니다. 파일이 정할 수 없는 것입니다.',

  // kinds.ts
  'This is a JSON {0}, not a workflow.': 'JSON {0~}일 뿐 워크플로가 아닙니다.',
  'This is ComfyUI\'s API format (a prompt): it has no positions and cannot be shown. Save the workflow itself ("Save", not "Export (API)").':
    'ComfyUI의 API 형식(프롬프트)입니다. 노드의 위치가 없어 보여 줄 수 없습니다. 워크플로 자체를 저장하세요(“Export (API)”가 아니라 “Save”).',
  'This wraps a workflow in something else (a request or a history entry); save the workflow itself.':
    '워크플로가 다른 것(요청이나 기록 항목)에 싸여 있습니다. 워크플로 자체를 저장하세요.',
  'This is a collection of {0} graphs ({1}), not one workflow.': '워크플로 하나가 아니라 그래프 {0}개의 모음({1})입니다.',
  'This is a configuration of diffusers, not a workflow; a checkpoint is opened with LoadCheckpoint.':
    '워크플로가 아니라 diffusers의 설정입니다. 체크포인트는 LoadCheckpoint로 여세요.',
  'This JSON has no nodes: it is not a workflow.': '이 JSON에는 nodes가 없습니다. 워크플로가 아닙니다.',

  // link.ts, png.ts
  'the link is damaged: perhaps its end was cut off.': '링크가 손상되었습니다. 끝이 잘렸을 수 있습니다.',
  'the link holds more than {0} MB.': '링크에 {0} MB보다 많이 들어 있습니다.',
  'This is not a PNG image.': 'PNG 이미지가 아닙니다.',
  "This image holds a prompt in ComfyUI's API format only: it has no positions and cannot be shown.":
    '이 이미지에는 ComfyUI API 형식의 프롬프트만 있습니다. 노드의 위치가 없어 보여 줄 수 없습니다.',
  'This image holds no workflow. Many sites and messengers remove it; ask for the original file.':
    '이 이미지에는 워크플로가 없습니다. 많은 사이트와 메신저가 지워 버리니, 원본 파일을 받으세요.',
  'The image is damaged: a part of it is missing.': '이미지가 손상되었습니다. 일부가 없습니다.',
  'The text inside the image is too long.': '이미지 안의 텍스트가 너무 깁니다.',

  // read.ts
  '{0} nodes; at most {1} are read.': '노드가 {0}개입니다. {1}개까지 읽습니다.',
  '{0} nodes; this litegraph takes at most {1}. Raise LiteGraph.MAX_NUMBER_OF_NODES before it is loaded.':
    '노드가 {0}개입니다. 이 litegraph는 {1}개까지 받습니다. 불러오기 전에 LiteGraph.MAX_NUMBER_OF_NODES를 높이세요.',
  'two nodes have the id {0}.': '두 노드의 id가 {0}으로(로) 같습니다.',
  '{0} slots are too many.': '슬롯이 {0}개로 너무 많습니다.',
  'a name of {0} characters is too long.': '이름이 {0}자로 너무 깁니다.',
  '{0} links are too many.': '연결선이 {0}개로 너무 많습니다.',
  'written by a newer version (format {0}; this one reads up to {1}). Update to open it.':
    '더 새로운 버전에서 저장한 것입니다(형식 {0~}, 여기서는 {1}까지 읽음). 업데이트한 뒤에 여세요.',
  '{0} (node {1}) has no {2}; kept in the file, without effect.':
    '{0}(노드 {1})에는 {2}이(가) 없습니다. 파일에는 남지만 아무 일도 하지 않습니다.',
  '{0} holds markup; it is shown as text.': '{0}에 마크업이 있어 텍스트로 보여 줍니다.',
  '{0} was left out: there is no {1}.': '{0}을(를) 뺐습니다. {1~}이(가) 없습니다.',
  '{0} was left out: there is another link {1}.': '{0}을(를) 뺐습니다. 연결선 {1}이(가) 또 있습니다.',
  '{0} was left out: its input has a wire already.': '{0}을(를) 뺐습니다. 그 입력에 이미 선이 있습니다.',
  '{0} (node {1}) has no slot {2} any more; its wire is kept so that you can see it.':
    '{0}(노드 {1})에 이제 슬롯 {2}이(가) 없습니다. 알아볼 수 있게 선은 남겨 두었습니다.',
  'Left out, not part of a workflow: {0}.': '워크플로의 일부가 아니어서 뺐습니다: {0}.',

  // subgraphs.ts
  'there is another {0}.': '{0}이(가) 또 있습니다.',
  '{0} are too many; at most {1} are read.': '{0}개는 너무 많습니다. {1}개까지 읽습니다.',
  'it contains itself: {0}.': '자기 자신을 포함합니다: {0}.',
  'subgraphs in subgraphs, more than {0} deep.': '서브그래프가 {0}겹보다 깊이 들어 있습니다.',
  'two slots are called {0}.': '두 슬롯의 이름이 {0}으로(로) 같습니다.',
  '{0} nodes with those in subgraphs; at most {1} are read.': '서브그래프 안의 것까지 노드가 {0}개입니다. {1}개까지 읽습니다.',
  'the id {0} has a colon, which parts the ids of nodes in subgraphs.':
    'id {0}에 쌍점이 있는데, 쌍점은 서브그래프 안 노드의 id를 나누는 데 쓰입니다.',
  '{0} of node {1} in a subgraph is no longer set from outside.':
    '서브그래프 안 노드 {1~}의 {0~}을(를) 이제 밖에서 정하지 않습니다.',
}
