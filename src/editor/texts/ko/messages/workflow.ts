// 워크플로 파일을 읽으며 나오는 오류와 알림. 앞에 붙는 "nodes[3].pos: "는 그대로 둔다.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { workflowMessages, workflowWords } from '../../../../nodes/messages/workflow.ts'

export const koWorkflow: SameKeys<typeof workflowMessages> = {
  // 값
  wrongValue: '{expected~}이어야(여야) 하는데 {got~}입니다.',
  missingValue: '{expected~}이어야(여야) 합니다.',
  tooDeep: '{levels}단계보다 깊이 겹쳐 있습니다.',
  textTooLong: '텍스트가 {length}자로 너무 깁니다.',
  nameTooLong: '이름이 {length}자로 너무 깁니다.',
  tooManySlots: '슬롯이 {count}개로 너무 많습니다.',
  tooManySlotsInAll: '모든 노드의 슬롯은 {most}개까지인데 더 많습니다.',
  tooManyLinks: '연결선이 {count}개로 너무 많습니다.',
  tooManyNodes: '노드는 {most}개까지인데 {count}개입니다.',
  litegraphLimit:
    '이 litegraph의 노드는 {most}개까지인데 {count}개입니다. 불러오기 전에 LiteGraph.MAX_NUMBER_OF_NODES를 높이세요.',
  undeclared: '알 수 없는 노드 종류 {type}. 그 선언도 함께 넘기세요.',
  noSuchWire: '{from}에서 오는 연결의 슬롯이 없습니다.',
  sameId: '두 노드의 id가 {id}(으)로 같습니다.',
  newerFormat:
    '더 새로운 버전에서 저장한 것입니다(형식 {format~}, 여기서는 {newest}까지 읽음). 업데이트한 뒤에 여세요.',

  // 파일
  tooLarge: '파일은 {most} MB까지인데 {size} MB입니다.',
  tooManyValues: '파일의 값은 {most}개까지인데 더 많습니다.',
  notJson: '파일이 JSON이 아닙니다: {problem}',
  otherJson: '워크플로여야 하는데 JSON {kind~}입니다.',
  apiFormat:
    '워크플로여야 하는데, 노드의 위치가 없는 ComfyUI의 API 형식(프롬프트)입니다. 워크플로 자체를 저장하세요(“Export (API)”가 아니라 “Save”).',
  wrapped:
    '워크플로여야 하는데 다른 것(요청이나 기록 항목)에 싸여 있습니다. 워크플로 자체를 저장하세요.',
  collection: '워크플로 하나여야 하는데 그래프 {count}개의 모음({names})입니다.',
  diffusersConfig:
    '워크플로여야 하는데 diffusers의 설정입니다. 체크포인트는 LoadCheckpoint로 여세요.',
  noNodes: '워크플로여야 하는데 nodes가 없는 JSON입니다.',
  noWorkflow: 'ZIP에 {file}이(가) 없습니다.',
  bundledSize: '{most}바이트까지인데 {size}바이트입니다.',
  bundledHash: 'SHA-256이 가리키는 파일이 아닙니다.',
  linkDamaged: '링크가 손상되었습니다. 끝이 잘렸을 수 있습니다.',
  linkTooLarge: '링크에는 {most} MB까지 담기는데 더 많습니다.',
  notPng: 'PNG 이미지여야 하는데 다른 파일입니다.',
  pngCutOff: '이미지가 손상되었습니다. {number}번째 청크부터 끝이 없습니다.',
  pngCrc: '이미지가 손상되었습니다. {number}번째 청크({type})가 CRC-32와 맞지 않습니다.',
  pngEnd: '이미지가 손상되었습니다. 마지막 청크인 IEND가 없습니다.',
  pngChunk: '이미지가 손상되었습니다. {type} 청크의 압축된 텍스트를 풀 수 없습니다.',
  pngPrompt:
    '이미지에 워크플로가 있어야 하는데, 노드의 위치가 없는 ComfyUI API 형식의 프롬프트입니다.',
  pngWithout:
    '이미지에 워크플로가 있어야 하는데 없습니다. 많은 사이트와 메신저가 지우니, 원본 파일을 받으세요.',
  pngText: '이미지 안의 텍스트가 너무 깁니다.',

  // 알림
  notFinite: 'NaN과 Infinity는 JSON이 아니어서 null로 읽었습니다.',
  keyIgnored: '{key}을(를) 무시했습니다. 파일이 정할 수 없는 것입니다.',
  unknownParams:
    '{type}(노드 {id})에는 {params}이(가) 없습니다. 파일에는 남지만 아무 효과가 없습니다.',
  markup: '{part}에 마크업이 있어 텍스트로 보여 줍니다.',
  linkWithoutEnd: '{part}을(를) 무시했습니다. {missing~}이(가) 없습니다.',
  sameLink: '{part}을(를) 무시했습니다. 연결선 {id}이(가) 또 있습니다.',
  secondWire: '{part}을(를) 무시했습니다. 그 입력이 이미 연결되어 있습니다.',
  slotGone:
    '{type}(노드 {id})에 이제 슬롯 {slot}이(가) 없습니다. 알아볼 수 있게 연결선은 남겨 두었습니다.',
  wireGone: '{type}(노드 {id})에 이제 슬롯 {slot}이(가) 없습니다. 연결선을 제거했습니다.',
  moreNotices: '여기에 없는 알림이 더 있습니다: {count}개.',
  foreignKeys: '워크플로의 일부가 아니어서 무시했습니다: {keys}.',

  // 서브그래프
  sameSubgraph: '{id}이(가) 또 있습니다.',
  tooManySubgraphs: '서브그래프는 {most}개까지인데 {count}개입니다.',
  containsItself: '자기 자신을 포함합니다: {path}.',
  nestedTooDeep: '서브그래프는 {most}겹까지인데 더 깊습니다.',
  sameSlot: '두 슬롯의 이름이 {name}(으)로 같습니다.',
  widgetGone: '서브그래프 안 노드 {id~}의 {name~}을(를) 이제 밖에서 정하지 않습니다.',
  tooManyNodesInside: '노드는 서브그래프 안의 것까지 {most}개까지인데 {count}개입니다.',
  tooLargeInside: '연결선과 슬롯은 서브그래프 안의 것까지 {most}개까지인데 {count}개입니다.',
  colon: 'id {id}에 쌍점이 있는데, 쌍점은 서브그래프 안 노드의 id를 나누는 데 쓰입니다.',
}

export const koWorkflowWords: SameKeys<typeof workflowWords> = {
  nothing: '없음',
  number: '수',
  finiteNumber: '유한한 수',
  integer: '정수',
  text: '텍스트',
  list: '목록',
  listOf: '값 {count}개의 목록',
  object: '객체',
  plainData: '단순한 데이터',
  node: '노드',
  nodes: '노드의 목록',
  id: '정수나 짧은 이름',
  twoNumbers: '두 수',
  fourNumbers: '네 수',
  slots: '슬롯의 목록',
  slot: '슬롯',
  slotNumber: '슬롯의 번호',
  namedValues: '이름이 있는 값',
  link: '[id, 시작 노드, 슬롯, 도착 노드, 슬롯, 종류]',
  group: '그룹',
  uuid: 'UUID',
  shortName: '짧은 이름',
  missingOutput: '노드 {node}의 출력 {slot}',
  missingInput: '노드 {node}의 입력 {slot}',
  jsonList: '목록',
  jsonString: '텍스트',
  jsonBoolean: 'true나 false',
}
