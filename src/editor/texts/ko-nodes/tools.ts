// 분류 tools(도구)의 노드가 자신에 대해 하는 말.
export const tools = {
  // Grid
  'Places points on a square grid of the plane, to draw what a model says there as a vector field.':
    '평면의 정사각형 격자에 점을 놓습니다. 거기서 모델이 말하는 것을 벡터장으로 그릴 때 씁니다.',
  'count times count points, row by row from below, each row from left to right':
    'count 곱하기 count개의 점, 아래 줄부터, 줄마다 왼쪽에서 오른쪽으로',
  'from minus this to this along both axes': '두 축 모두 이 값의 음수부터 이 값까지',
  'points along each axis': '축마다의 점 수',

  // Interpolate
  'Goes from a to b in equal steps, each pair of items by itself: on the sphere that noise lies on, or on the straight line.':
    '항목의 짝마다 a에서 b까지 고른 간격으로 갑니다. 노이즈가 놓인 구면을 따라, 또는 곧은 선을 따라 갑니다.',
  'where to begin': '시작할 것',
  'where to end, of the shape of a': '끝날 것, a와 같은 모양',
  'for each pair, from a to b, one after the other': '짝마다 a에서 b까지 차례로',
  'sphere (slerp): what is between is as noisy as the ends; line (lerp): for clean data':
    'sphere(slerp): 사이의 것도 양 끝만큼 노이즈가 있음; line(lerp): 깨끗한 데이터에',
  'how many for each pair, both ends included; 1: one, at w': '짝마다의 수, 양 끝 포함. 1이면 w에서 하나',
  'for a count of 1: the share of b': 'count가 1일 때 b의 몫',

  // Mask
  'Marks a part of an image, or some coordinates of a point: 1 there and 0 elsewhere. For Mix, and for filling in.':
    '이미지의 한 부분이나 점의 몇몇 좌표를 표시합니다. 거기는 1, 다른 곳은 0입니다. Mix와 빈 곳 채우기에 씁니다.',
  'for images of this size, or points with so many coordinates': '이 크기의 이미지나, 좌표 수가 이만큼인 점을 위해',
  'one number a pixel, the same for all items': '픽셀마다 수 하나, 모든 항목에 같음',
  'which part; of points the coordinates are counted from the left': '어느 부분인지. 점은 좌표를 왼쪽부터 셉니다',
  'how large, as a share of the side': '크기, 변에 대한 비율',
  '0 there and 1 elsewhere': '거기는 0, 다른 곳은 1',

  // Mix
  'Goes from a to b by a share w: the mean of two predictions at 0.5, or with a mask b where it is 1 and a where it is 0.':
    '몫 w만큼 a에서 b로 갑니다. 0.5면 두 예측의 평균이고, 마스크면 1인 곳은 b, 0인 곳은 a입니다.',
  'for w = 0': 'w = 0일 때',
  'for w = 1, of the kind and shape of a': 'w = 1일 때, a와 같은 종류와 모양',
  'w: a number, or a mask with one for each number of a (or each item or pixel)':
    'w: 수 하나, 또는 a의 수마다(또는 항목이나 픽셀마다) 하나인 마스크',
  'of the type of a': 'a와 같은 종류',
  'the share of b, if weight is unwired; outside of 0 and 1 goes beyond':
    'weight를 연결하지 않을 때 b의 몫. 0과 1을 벗어나면 그 너머로 갑니다',

  // Note
  'A text for whoever reads the graph; nothing runs.': '그래프를 읽는 사람을 위한 글입니다. 아무것도 실행하지 않습니다.',
  'what there is to say': '할 말',

  // Reroute
  'A dot on a wire, to lead it another way. What runs is as if it were not there.':
    '연결선을 돌려 이끄는 점입니다. 실행은 이것이 없을 때와 같습니다.',
  'the same': '같은 값',

  // StopGradient
  'Passes a value on unchanged, but training does not see through it: what it depends on does not learn from here.':
    '값을 그대로 넘기되 학습은 그 너머를 보지 못합니다. 값이 나온 것들은 여기서 배우지 않습니다.',
  anything: '무엇이든',
  'the same, as if it were a constant': '같은 값, 상수인 것처럼',
}
