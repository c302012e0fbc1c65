// Common English words of three to six letters.

/** Separated by spaces, in alphabetical order. */
export const englishWords = `
able about above accept acid across act action add admit adult after again age agent ago agree
ahead aim air alarm album alive all allow almost alone along also alter always among anchor and
angel anger angle animal ankle annual answer any apart apple april arch area arena argue arm army
around arrive arrow art artist ask asleep asset atom attack attend august aunt author autumn
avenue avoid awake award aware away baby back bacon bad badge bag bake baker ball band bank bar
bare barn base basic basin basket bath battle beach bean bear beard beast beat beauty become bed
bee beef before begin behave behind being bell belong below belt bench bend beside best better
beyond big bike bill bind bird birth bit bite bitter black blade blame blank blast blaze bless
blind block blood bloom blow blue board boat body boil bold bolt bomb bond bone book boost boot
border bore borrow both bottle bottom bound bow bowl box boy brain brake branch brand brass brave
bread break breath breeze brick bride bridge brief bright bring broad broken brook broom brown
brush bubble bucket budget build bulb bull bundle burn burst bus bush busy but butter button buy
buyer cabin cable cage cake call calm camel camera camp can canal candle candy cannon canoe canvas
cap cape car carbon card care career carpet carrot carry cart carve case cash castle cat catch
cattle cause cave cell cement center chain chair chalk chance change charm chart chase cheap check
cheek cheer cheese chef cherry chess chest chew chief child chin choice choose church circle city
civil claim class clay clean clear clerk clever click cliff climb clinic clock close cloth cloud
clown club coach coal coast coat code coffee coin cold collar color column comb come comic common
cook cookie cool copper copy coral corn corner cost cotton couch cough count county couple course
court cousin cover cow crab crack craft crane crash crawl crazy cream create credit creek crew
crime crisp crop cross crowd crown cruel crush cry cube cup curl curve custom cut cycle dad daily
dairy damage damp dance danger dare dark dart data date dawn day dead deal dear debate debt decade
decide deck deep deer defend define degree delay demand dense deny depend depth desert design desk
detail device dial diary dice diet differ dig dinner direct dirt dish disk dive divide doctor dog
doll dollar donkey door dose dot double doubt dove down dozen draft dragon drain drama draw dream
dress drift drill drink drive drop drum dry duck due dull during dust duty dwarf each eager eagle
ear early earn earth ease east easy eat echo edge editor effect effort egg eight either elbow
elder elect eleven else empire employ empty end enemy energy engine enjoy enough enter entire
entry equal error escape essay estate even event ever every evil exact exam excuse exist exit
expand expect expert extra eye fabric face fact factor fade fail faint fair faith fall false fame
family famous fan far farm farmer fast fat fate father fault favor fear feast feed feel fellow
female fence ferry fetch fever few fiber field fierce fig fight figure file fill film final find
fine finger finish fire firm first fish fist fit five fix flag flame flash flat flavor fleet flesh
flight float flock flood floor flour flow flower fluid flute fly foam focus fog fold folk follow
food foot force forest forget fork form formal fort forty forum found four fox frame free freeze
french fresh friend frog from front frost fruit fuel full fun funny fur future gain galaxy game
garage garden garlic gas gate gather gear gender gentle ghost giant gift girl give glad glass
globe glory glove glow glue goal goat god gold golf good goose grace grade grain grand grant grape
graph grass grave gray great green greet grid grief grin grip ground group grow growth guard guess
guest guide guitar gulf gun habit hair half hall hammer hand handle happen happy harbor hard hare
harm harp harsh hat hate have hawk hay head heal health heap hear heart heat heaven heavy hedge
heel height hello helmet help hen herb herd here hero hidden hide high hill hint hip hire hit
hobby hold hole hollow holy home honest honey honor hook hope horn horror horse host hot hotel
hour house how hug huge human humble humor hunger hungry hunt hunter hurry hurt hut ice idea ideal
idle image impact inch income indeed index infant inform injury ink inn inner input insect inside
invest invite iron island issue item ivory jacket jaguar jam jar jaw jazz jeans jelly jet jewel
job join joke joy judge juice july jump june jungle junior jury just keen keep kettle key kick kid
kidney kill kind king kiss kite kitten knee knife knight knock knot know label labor lack lady
lake lamb lamp land lane large laser last late later laugh law lawn layer lazy lead leader leaf
league lean learn leave left leg legal legend lemon length lens less lesson let letter level lever
lid life lift light like limb lime limit line linen link lion lip liquid list listen little live
liver lizard load loan lobby local lock lodge log lonely long look loop loose lord lose loss lost
lot loud love lovely low loyal luck lucky lunch lung luxury lyric mad magic magnet maid mail main
major make male mall man manage mango manner map maple marble march margin mark market marry mask
mass master match mate matter may mayor meadow meal mean meat medal media medium meet melon melt
member memory menu mercy merge merit merry mess metal method middle might mild mile milk mill mind
mine minor minute mirror miss mist mix mobile model modern modest moment money monkey month mood
moon moral more most mother motion motor mount mouse mouth move movie much mud mule muscle museum
music must mutual myself myth nail name narrow nation native nature near neat neck need needle
nephew nerve nest net never new news next nice niece night nine noble noise none noon normal north
nose note notice novel number nurse nut oak oar oasis oat object ocean odd offer office often oil
old olive once one onion only open opera option orange orbit order organ other otter ounce out
outer output oval oven over owl own owner oxygen oyster pace pack page pain paint pair palace pale
palm pan panda panel paper parade parent park parrot part party pass past pasta paste patch path
pause pave pay pea peace peach peak pear pearl pen pencil penny people pepper period permit person
pet phase phone photo phrase piano pick pie piece pig pigeon pile pill pillow pilot pin pine pink
pint pipe pitch place plain plan plane planet plant plate play player please plenty plot plow plug
plum plus pocket poem poet point poison polar pole police polite pond pony pool poor pop port pose
post pot potato pound pour powder power praise pray prefer press pretty price pride priest prince
print prison prize profit prompt proof proper proud prove public pull pulse pump punch pupil
puppet puppy pure purple purse push put puzzle queen quest quick quiet quilt quit quite quote
rabbit race radar radio rail rain raise ramp ranch random range rank rapid rare rat rate rather
raw ray reach react read ready real reason rebel recall recipe record red reduce reform refuse
region regret relax relief rely remain remark remind remote remove rent repair repeat reply report
rescue resist result retire return reveal review reward rhythm rib ribbon rice rich ride rifle
right ring rise risk rival river road roast robe robin robot rock rocket rod role roll roof room
root rope rose rotten rough round route row royal rub rubber rude rug ruin rule ruler run rural
rush sad saddle safe safety sail salad salmon salon salt salute same sample sand satin sauce save
saw say scale scan scar scare scarf scene scent school score scout scrap screen screw sea seal
search season seat second secret sector secure see seed seek seem select self sell send senior
sense series serve seven severe sew shade shadow shake shame shape share shark sharp shed sheep
sheet shelf shell shift shine ship shirt shock shoe shoot shop shore short shot should shout show
shower shrimp shy sick side sight sign signal silent silk silly silver simple since sing singer
single sink sir sister sit six size skate sketch ski skill skin skirt skull sky slave sleep sleeve
slice slide slim slip slope slow small smart smell smile smoke smooth snack snail snake snow soap
soccer social sock soda sofa soft soil solar solid solve some son song soon sorrow sort soul sound
soup sour source south space spade spare spark speak spear speech speed spell spend spice spider
spin spirit spite split spoil spoon sport spot spray spread spring spy square squid stable staff
stage stair stake stamp stand star stare start state statue stay steady steak steal steam steel
steep stem step stick stiff still stir stock stone stool stop store storm story stove straw stream
street stress strict strike string strip strong studio study stuff style sugar suit summer sun
sunny super supper supply sure surf swan swap swear sweat sweep sweet swift swim swing sword
symbol system table tail tailor take tale talent talk tall tank tap tape target task taste tax
taxi tea teach team tear tell temple ten tennis tent term test text than thank thaw theme then
theory there thick thief thin thing think third thorn thread three throat throne throw thumb
ticket tide tie tiger tight tile timber time tin tiny tip tire tired title toast today toe tomato
ton tone tongue tool tooth top topic torch total touch tough tour toward towel tower town toy
track trade trail train trap travel tray treat tree trend trial tribe trick trip troop truck true
trunk trust truth try tube tulip tune tunnel turkey turn turtle twelve twenty twin twist two type
ugly uncle under union unique unit unite until update upon upper upset urban urge use useful user
usual vacuum valley value van vapor vase vast vault velvet vendor verb verse very vessel victim
video view vine violet violin virtue vision visit visual vital vivid voice volume vote voyage wage
wagon waist wait wake walk wall wallet walnut want war warm warn wash wasp waste watch water wave
wax way weak wealth weapon wear web weed week weigh weird well west wet whale what wheat wheel
when where which while whip white who whole why wide widow width wife wild will wind window wine
wing winner winter wipe wire wisdom wise wish with wolf woman wonder wood wool word work world
worm worry worth wound wrap wrist write wrong yard year yeast yellow yes yet yield young youth
zebra zero zone zoo
`
