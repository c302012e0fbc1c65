// 그래프에 관한 한국어 텍스트: 노드 찾기, 서브그래프, 개요, 캔버스.
import type { enGraph } from '../en/graph.ts'
import { and, object, subject, topic, towards } from './particles.ts'

export const koGraph: typeof enGraph = {
  palette: {
    label: '노드 찾기',
    placeholder: '노드 찾기…',
    withInput: (type) => `입력이 ${type}인 노드`,
    withOutput: (type) => `출력이 ${type}인 노드`,
    none: (query) => `“${query}”에 맞는 노드가 없습니다`,
    noneFitsLink: '이 연결에 맞는 노드가 없습니다',
    replace: (node) => `${object(node)} 바꿀 노드`,
    noReplacement: '모든 연결에 맞는 다른 노드가 없습니다',
    noneHint: '더 짧은 단어나 분류 이름으로 찾아보세요.',
    recent: '최근',
    often: '자주 쓰는 노드',
    suggested: '추천',
    to: (slot) => `${towards(slot)}`,
    hint: ['선택', '확인', '닫기'],
  },

  choices: {
    search: '선택지 검색…',
    none: (query) => `“${query}”에 맞는 선택지가 없습니다`,
    groups: {
      deterministic: '결정적',
      freshNoise: '단계마다 새 노이즈',
      distilled: '증류한 모델용',
    },
  },

  finder: {
    commands: '명령 검색',
    commandsHint: '명령을 입력하세요…',
    noCommand: (query) => `“${query}”에 맞는 명령이 없습니다`,
    nodes: '그래프에서 찾기',
    nodesHint: '제목, 유형, 값…',
    noNode: (query) => `“${query}”에 맞는 노드가 없습니다`,
  },

  categories: {
    data: '데이터',
    process: '확산 과정',
    model: '모델',
    layers: '층',
    training: '학습',
    sampling: '샘플링',
    steps: '샘플링 단계',
    loops: '루프',
    evaluate: '평가',
    view: '보기',
    files: '파일',
    tools: '도구',
    mine: '내 노드',
  },

  myNodes: {
    save: '내 노드에 저장',
    replace: '내 노드에서 바꾸기',
    update: '새 버전으로 업데이트',
    status: {
      same: '내 노드와 같습니다.',
      older: '내 노드에 새 버전이 있습니다. 워크플로는 업데이트할 때까지 자기 사본을 씁니다.',
      changed: '저장한 사본과 다릅니다.',
    },
    saved: (name) => `${object(name)} 내 노드에 저장했습니다`,
    insert: (name) => `${name} 추가`,
  },

  edit: {
    refused: '바꾸지 않았습니다',
    notData: (problem) => `파일에 저장할 수 없는 값이 워크플로에 들어갑니다(${problem}).`,
  },
  subgraph: {
    graph: '그래프',
    path: '그래프에서의 위치',
    up: (title) => `${towards(title)} 돌아가기`,
    convertSelected: '선택한 노드를 서브그래프로 만들기',
    convert: '만들기',
    unnamed: '서브그래프',
    nothing: '서브그래프로 만들 노드를 선택하세요',
    refusal: '이 노드들은 서브그래프가 될 수 없습니다',
    refused: {
      splitLoop: (nodes) =>
        `서브그래프는 루프 전체를 포함해야 합니다. 선택하지 않았던 다른 쪽 끝 ${object(nodes)} 함께 선택했습니다. 두 끝 사이의 노드를 더하세요.`,
      cycle: (nodes) =>
        `서브그래프의 출력이 ${object(nodes)} 거쳐 다시 들어와 자기 자신을 기다리게 됩니다. 이 노드도 함께 선택했습니다.`,
    },
    containsItself: '서브그래프는 자기 자신을 포함할 수 없습니다',
    inputs: '입력',
    inputsAbout: '이 서브그래프로 들어오는 값입니다. +에서 연결하면 입력이 추가됩니다.',
    outputs: '출력',
    outputsAbout: '이 서브그래프에서 나가는 값입니다. +로 연결하면 출력이 추가됩니다.',
    slots: '슬롯',
    noSlots: '아직 없습니다. +에 연결하세요.',
    slotName: (name) => `${name}의 이름`,
    earlier: (name) => `${name} 위로`,
    later: (name) => `${name} 아래로`,
    remove: (name) => `${name} 삭제`,
    badName: (name) => `“${name}”은(는) 올바른 슬롯 이름이 아니거나 이미 쓰고 있습니다`,
    about: '서브그래프',
    name: '이름',
    description: '설명',
    shared: (count) => `노드 ${count}개가 씁니다. 안에서 바꾸면 모두에 적용됩니다.`,
    enter: '열기',
    unpack: '풀기',
    promote: (name) => `${object(name)} 서브그래프 노드에 표시`,
    demote: (name, as) => `${towards(as)} 표시됨. ${object(name)} 여기서만 설정`,
  },

  closing: {
    changed: '층이나 닫힌 노드의 입력이 열었을 때와 다릅니다. 닫으려면 바꾼 것을 실행 취소하세요.',
    weights: '먼저 weights의 연결을 끊으세요. 닫힌 노드는 자기 가중치로 시작합니다.',
  },

  outline: {
    label: '개요',
    nodes: (count) => `노드 ${count}개`,
    empty: '아직 노드가 없습니다',
    emptyHint: '하나를 추가한 뒤, 그 출력을 쓰는 노드를 이어 가세요.',
    loop: (start) => `${start}의 루프`,
    wire: (slot, from) => `${slot}: ${from}에서`,
    nothing: '없음',
    targets: (places) => `${places.map(towards).join(', ')}`,
    unused: '연결 없음',
    wireMenu: (slot) => `${slot} 연결 작업`,
    addFor: (slot) => `출력이 ${slot}인 노드 추가`,
    addAfter: (slot) => `입력이 ${slot}인 노드 추가`,
    inside: (way) => `${way} 안`,
    nodesInside: (count) => `안에 노드 ${count}개`,
    show: '캔버스에서 보기',
    states: { running: '실행 중', done: '끝남', cached: '캐시됨', fault: '오류 있음' },
    parts: { muted: '음소거됨', bypassed: '바이패스됨', waits: '음소거된 노드가 필요함' },
  },

  tips: {
    anything: '무엇이든',
    or: (type, other) => `${type} 또는 ${other}`,
    like: (slot) => `${and(slot)} 같음`,
    optional: (type) => `${type}(선택 사항)`,
    gone: (slot, title) => `${topic(slot)} 이제 ${title}의 슬롯이 아닙니다.`,
    seedControl: (name) => `${name}: 실행하기 전에 시드를 바꾸는 방법`,
    toInput: (name) => `${object(name)} 입력으로 바꾸기`,
    toParam: (name) => `${object(name)} 위젯으로 되돌리기`,
  },

  linkValue: {
    title: (slot) => `${slot}의 값`,
    reading: '읽는 중…',
    none: '실행하면 표시됩니다',
    notYet: '이번 실행에서는 아직 값이 없습니다',
    iteration: (number) => `${number}번째 반복`,
    stale: '이전 실행의 값입니다. 그 뒤로 그래프가 바뀌었습니다.',
    tooLarge: '너무 커서 단계가 끝난 뒤 저장하지 않았습니다.',
    sample: (count) => `값 ${count}개의 히스토그램`,
    noNaN: '없음',
    infinite: '무한대',
  },

  zones: {
    each: { sampling: '단계마다', training: '학습 단계마다' },
    eachTime: '반복마다',
    becomes: (next, each) => `${subject(next)} ${towards(each)} 이어짐`,
    runsOnce: '한 번만 실행됩니다. 루프에 의존하지 않습니다.',
    inBody: '어디에 놓아도 루프의 일부입니다.',
    uses: (slot, start) => `루프의 일부: ${start}의 ${object(slot)} 씁니다.`,
    usesThrough: (slot, node) => `루프의 일부: 루프에 속한 ${node}의 ${object(slot)} 씁니다.`,
  },

  wires: {
    takes: (input, taken, given) =>
      `${topic(input)} ${subject(taken.join(' 또는 '))} 필요하지만, 연결하려는 것은 ${given.join(' 또는 ')}입니다.`,
    parts: (input, other) =>
      `${and(input)} ${topic(other)} 유형이 다른데, 둘 다 같은 값을 받게 됩니다.`,
    circle:
      '이 연결은 순환을 만듭니다. 값을 되돌려 보내려면 루프의 End에 연결하세요. 다음 반복에서 Start가 내보냅니다.',
    itself: (node) =>
      `${topic(node)} 자기 출력을 쓸 수 없습니다. 값을 되돌려 보내려면 루프를 쓰세요.`,
    loop: (start) => `${start ?? 'Start'}의 출력 loop는 자기 End에만 연결됩니다.`,
    hasEnd: (start) => `${start}에는 이미 End가 있습니다. 먼저 그 연결을 끊으세요.`,
    noneTakes: (node, types) => `${node}에는 ${object(types.join(' 또는 '))} 받는 입력이 없습니다.`,
    noneGives: (node, types) => `${node}에는 ${types.join(' 또는 ')} 출력이 없습니다.`,
    loopStays: '루프의 연결은 Start에서 End로 바로 이어집니다.',
    cuts: (count) => `연결 ${count}개를 자릅니다`,
    cutHint: '연결을 가로질러 선을 그으세요. Esc를 누르면 취소됩니다.',
    connected: (count) => `연결 ${count}개를 추가했습니다`,
    nothingToConnect: '선택한 노드에 맞는 빈 입력이 없습니다',
    noViewer: '이 노드에는 표시할 수 있는 출력이 없습니다.',
  },

  toolbox: {
    label: '선택',
    arrange: '맞춤과 간격',
    edit: '편집',
  },

  nodeColours: {
    none: '색 없음',
    names: {
      red: '빨강',
      brown: '갈색',
      green: '초록',
      blue: '파랑',
      pale_blue: '연한 파랑',
      cyan: '청록',
      purple: '보라',
      yellow: '노랑',
      black: '회색',
    },
  },

  canvas: {
    label: '그래프. 더블클릭하면 노드를 추가합니다. 개요(Alt+O)에 모든 노드가 있습니다.',
    empty: '빈 캔버스',
    emptyHint: '아무 데나 더블클릭해 노드를 찾거나, 갤러리에서 워크플로를 여세요.',
    openGallery: '갤러리 열기',
    unknown: '알 수 없는 노드, 그대로 보존',
    noView: '실행하면 표시됩니다',
    noViewYet: '아직 표시할 것이 없습니다',
    write: '더블클릭해 편집하세요.',
    choose: { checkpoint: '체크포인트 선택…', dataset: '이미지 선택…' },
  },
}
