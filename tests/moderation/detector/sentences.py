"""Sentences written for these tests: what a moderator must see, and what must not reach one. `/` parts messages."""

FLAGGED = """
i would like to be dead
i just want to die already
honestly i wish i was dead
i'm going to kill myself this weekend
thinking about killing myself again
i've been having suicidal thoughts all week
im so suicidal tonight
i want to end it all
i'm ending it tonight
i have decided to take my own life
i keep fantasizing about jumping off the roof
i could just drive into a tree and nobody would question it
i don't want to be alive anymore
i dont want to exist
i wish i had never been born
i hope i don't wake up tomorrow
i just want to go to sleep and never wake up
there is no reason for me to live
what's the point in living
everyone would be better off without me
my kids would be better off if i was gone
i'm such a burden to my family
nobody would notice if i disappeared
i can't go on like this, i really can't live like this anymore
i have no will to live
i'm tired of being alive
so tired of existing
i hate waking up alive every day
i deserve to die
the world would be better without me
i can't see any future for me
i feel like a waste of space
i wouldn't mind if a bus hit me
i want to disappear forever
i'm not safe from myself tonight
i'm scared of what i might do
i can't promise i'll be here tomorrow
i have a plan to end my life
i've written the goodbye letters
my suicide note is done
i picked a date and a place
i've been saving up my pills so i have enough
i bought a rope yesterday so i can do it
i'm not going to make it to my birthday
this will be my last christmas
i know exactly how i'll do it
i've put my affairs in order
i have the pills in my hand
i'm sitting on the edge of the roof
i'm standing on the bridge right now
the gun is loaded and on my lap
there's a noose around my neck
i've taken all the tablets
i just swallowed the whole bottle
took 40 paracetamol an hour ago
i overdosed and im getting sleepy
i slit my wrists and it won't stop bleeding
i'm about to jump, goodbye
by the time you read this i'll be gone
wanna kms
i wanna d1e
gonna k!ll myself
k i l l myself tonight
i want to k.i.l.l m.y.s.e.l.f
thinking about su1c1de every day
im going to unalive myself
i am going to commit sewerslide soon
i wnat to kil mysef
i wanna killmyself
i want to dieeeee for real
feeling su!cidal
s-u-i-c-i-d-e is the only way out
i dont wnat to live anymor
i cut myself last night
i've been self harming again
i relapsed and cut my arms
the urge to cut is so strong
i burn myself with a lighter when i'm stressed
hurting myself is the only way i cope
my arms are covered in fresh cuts
i keep punching myself until i bruise
i went too deep this time and need stitches
hiding my cuts under long sleeves
i need to hurt myself so badly
started cutting again after six months
what's the most painless way to die
how many sleeping pills does it take to die
how do i tie a noose
what's a lethal dose of paracetamol
easiest way to kill yourself?
does hanging hurt
how high does a bridge have to be to die
is there a quick and easy way to end my life
where can i buy something lethal
would 50 tablets be enough to die
how long does it take to die from bleeding
how to make it look like an accident so the insurance pays
best place to jump off where nobody will find me
goodbye everyone, i'm sorry, i love you all forever
this is my last message, thank you for everything
i'm saying goodbye to everyone tonight
you won't hear from me again
i've given away all my things and feel at peace
please take care of my dog when i'm gone
don't be sad when i'm gone
i wrote letters to my family for after
tell my mum i love her and it wasn't her fault
i won't be a burden anymore, goodbye
see you on the other side
i can finally rest soon, take care of each other when i'm gone
can someone adopt my cat, i won't be here after sunday so please keep her for good
kys
just kill yourself already
go die loser
no one would cry for you if you were dead
everyone hopes you die
do the world a favour and jump off a bridge
honestly you should go and hang yourself
drink bleach
you're a waste of oxygen, kill yourself
i hope you never wake up
next time cut deeper
do it, nobody will miss you, coward
if i had your life i would kill myself
i can help you do it, dm me methods
let's do it together, we can die together
looking for a suicide pact
anyone want to go together tonight? dm me, pact
my friend wants to kill himself
my sister is suicidal and i don't know what to do
i think my brother is going to hurt himself
my daughter has been cutting herself
my boyfriend says he'll kill himself if i leave
i'm worried my son might kill himself
she sent me a goodbye message and isn't answering
he took a whole bottle of pills what do i do
found a suicide note in my daughter's room
my roommate tried to kill herself last night
how do i help a friend who is suicidal
my husband has a gun and says he'll end his life
my mum said she doesn't want to live anymore
my best friend stopped eating and makes herself throw up
my stepdad hits me
my husband beats me when he's drunk
my dad touches me at night
he choked me last night and i couldn't breathe
my boyfriend threatens to kill me if i leave
i'm scared to go home because of my dad
my partner won't let me leave the house
i was raped by my uncle
my ex is stalking me and says he'll kill me
i'm not safe at home
my coach touches me and tells me to keep it secret
he threatens to leak my nudes
my boyfriend told me he'll kill me if i go
she'll hurt me when i get home and i'm scared of her
i'm hiding in the bathroom, he's drunk and banging on the door
my mother's boyfriend comes into my room at night and touches me
my parents lock me in my room and don't feed me
i make myself sick after every meal
i haven't eaten in five days and i feel great
i'm starving myself
only 300 calories a day or i punish myself
looking for pro ana tips
i purge after dinner every night
taking laxatives to lose weight every day
i want to starve until i can see my bones
my anorexia is winning, i stopped eating completely
fingers down my throat again
i don't deserve to eat
how do i hide not eating from my parents
the voices tell me to kill myself
voices are telling me to hurt people
god told me to jump
i keep hearing voices and they won't stop
the government put a chip in my head
they are reading my thoughts through the tv
the demons want me to cut myself
i see shadow people watching me in my room
my neighbours are poisoning my food
i'm going to bring a gun to school
i'm going to kill my boss tomorrow
i want to shoot up the school
i have thoughts of killing my family
i'm going to stab him when he comes home
i have a kill list
i want to hurt people and then kill myself
i'll take everyone down with me
i took / all of / the pills
i can't / do this / anymore / i want it to end forever
i'm / going to / kill myself
tonight / i will end / my own life
lol jk / but honestly i want to kill myself / not joking
i am not suicidal but i lied
i said i was fine but i lied, i want to die
everyone thinks i'm kidding when i talk about killing myself
clean for two years but i cut again last night
i used to cut and now i'm cutting again
i don't want to die but i can't live like this anymore
i'm 14 and i want to kill myself
i'm in year 9 and i cut myself in the school toilets
I REALLY WANT TO DIE
ｉ ｊｕｓｔ ｗａｎｔ ｔｏ ｂｅ ｄｅａｄ
і want tо dіе
quiero estar muerta
solo quiero morirme ya
quiero matarme
me voy a suicidar esta noche
ya no quiero vivir
no quiero seguir viviendo
ojalá no despertara mañana
quiero dormir y no despertar nunca más
todos estarían mejor sin mí
soy una carga para mi familia
nadie me extrañaría si desaparezco
la vida no tiene sentido
estoy cansada de vivir
no tengo razones para vivir
pienso en el suicidio todos los días
tengo un plan para matarme
ya escribí la carta de despedida
aquí tengo las pastillas en mi mano
estoy en el puente
me tomé todas las pastillas
me corté las venas y no para de sangrar
kiero morirme
ya no kiero vivir mas
quiero su1cidarme
me corté los brazos otra vez
volví a autolesionarme
tengo ganas de cortarme
cuál es la forma menos dolorosa de morir
cuántas pastillas hacen falta para morir
cómo me suicido sin dolor
adiós a todos, perdón por todo, los quiero para siempre
este es mi último mensaje
cuiden a mi perro cuando ya no esté
suicídate
mátate, nadie te quiere
deberías matarte
mi amiga se quiere suicidar
mi hermano dice que quiere morir
mi hija se corta los brazos
mi padrastro me pega
mi marido me amenaza con matarme
me violaron
tengo miedo de volver a casa porque mi padre me pega
me provoco el vómito después de comer
llevo cuatro días sin comer y me siento poderosa
oigo voces que me dicen que me mate
la tele me manda mensajes
voy a matar a mi jefe mañana
voy a llevar un cuchillo al instituto
ya no / quiero / vivir
""".strip().splitlines()

LEFT_ALONE = """
good morning everyone
what did you have for lunch
the weather is lovely today
can someone help me with my maths homework
my cat knocked over the plant again
anyone up for a game later
i loved that film, the ending was perfect
thanks for listening yesterday, it helped
i finally cleaned my room and it feels nice
does the group meet on thursday
i'm proud of myself for going outside
i baked bread and it rose
the train was late again this morning
my phone died on the way home
this maths test is killing me
i'm dying of laughter
that joke killed me lol
i'm starving, what's for dinner
i could kill for a coffee
my feet are killing me
i'm dead tired after work
drop dead gorgeous dress
i would rather die than eat olives
i'd kill for a nap right now
i died laughing at that video
he's killing it at his new job
i almost died of embarrassment
that outfit is to die for
i'm dying to see the new season
killing time before my shift
i'm drowning in laundry
my boss will kill me if i'm late lol
over my dead body am i wearing that
this song slaps, i'm deceased 💀
i'm so dead when mum sees this lol
my wifi keeps dying
my plants keep dying, any advice
shoot me a message when you're free
we got murdered in the match last night
i'm going to kill you at chess
i got killed by the final boss again
how do i kill the dragon in this game
headshot from across the map, so good
my character dies in the last episode
in minecraft i keep dying to creepers
our healer died and the raid wiped
how do i kill a process in linux
the parent process killed its children
kill -9 the daemon and restart it
the server died and the thread hangs
my laptop hangs on boot
how to terminate a stuck script
the app crashed and killed my battery
just watched suicide squad, it was fun
the novel ends with the hero's suicide
the police said the man was found dead
a documentary about suicide prevention is on tonight
the lyrics say i want to die but it's a love song
the song goes 'kill me softly'
hamlet's to be or not to be is about suicide
the article says suicide rates fell last year
new study on depression medication in the news
my dissertation is on suicide in victorian novels
the band is called death cab for cutie
the news reported another shooting
what does kms mean
someone got banned for saying kys
please don't say kys here, it's against the rules
telling people to kill themselves is never funny
please do not hurt yourself, all of us here care
if you feel suicidal please call a helpline
have you thought about calling the crisis line
are you safe right now
do you feel like hurting yourself
you are not alone, stay with us
i'm so sorry you feel that way, i'm here for you
have you talked to your doctor about it
if anyone is thinking of suicide, please reach out
don't kill yourself, you matter
we would miss you, please stay
i volunteer for a suicide prevention charity
mental health first aid training was great
i'm glad you survived and told us
call 988 if you need someone to talk to
it gets better, i promise
i would never kill myself
i'm not suicidal, just sad
i really don't want to die, promise
i'm not going to hurt myself
no suicidal thoughts today, first time in ages
i don't feel like dying anymore
i have no plans to hurt myself
i'm safe, no intent, just tired
i don't want to hurt anyone
i used to be suicidal ten years ago and life is good now
three years clean from self harm today
i tried to kill myself in 2015 and i'm so glad i survived
i haven't cut in five years
when i was 16 i wanted to die but therapy saved my life
i'm in recovery from anorexia and ate pizza today
one year since my attempt and i'm happy to be alive
my old scars are fading
ten months free of self harm and proud
starting sertraline tomorrow, any side effects
my doctor raised my dose to 100 mg
does lithium make you thirsty
how many ibuprofen can i take per day for a headache
i took my meds late this morning
missed a dose, should i double up tomorrow
took two paracetamol for my headache
my blood test is next week
ketamine clinic was fine
the pharmacist said to take it with food
fasting for a blood test tomorrow
doing intermittent fasting 16:8, recipes welcome
i threw up from food poisoning
ramadan fasting is going well
what's a good low calorie snack
trying to lose a few kilos before summer
i skipped breakfast because i was late
i cut my finger chopping onions
i burned my hand on the kettle
i cut my hair short
i hurt my back at the gym
cut the cake already
i'm cutting down on sugar
scratched myself on the rose bush
nose bleed again this morning
what's the fastest way to the airport
easiest way to learn guitar
painless way to remove a splinter
how do i tie a bow tie
how many pills are in a packet of vitamins
best way to end an essay
how to exit vim
bye folks, see you all tomorrow evening
bye all, off to bed
last message before my exam, wish me luck
last day of work before the holidays
i'm leaving the company on friday, thanks for the great years
giving away my old books because i'm moving
writing my will with a lawyer, being a grown up
can someone feed my cat while i'm on holiday
take care everyone, have a good weekend
my grandma is in hospital with a broken hip
my friend has a cold
my son loves trains
my sister got married yesterday
my brother is a lifeguard
my friend works at a suicide hotline
my dad makes the best pancakes
my husband cooks on sundays
my mum hugged me today
my boyfriend hit a deer with the car
he beat me at tennis
she's killing me with these puns
my parents are coming to visit
the neighbours are loud
i hear voices in the hallway, students again
the voice actor in this game is great
i saw a shadow of my cat and jumped
the tv remote is lost again
that movie scared me half to death
i'm going to crush this interview
we're going to destroy them in the finals
i'll get you back at monopoly
you're dead meat in mario kart
the school play was a bomb but fun
nerf gun battle at work today
photo shoot at the beach
i shot a 72 at golf
gun laws are in the news again
i want to die of cuteness look at this puppy
i want / to dye / my hair blue
please, don't / give up / we love you
i'm going to / kill it / at karaoke
can't wait / to see you / tomorrow
i want to end / my gym contract / how
12 kms done on foot today
ran 10 kms this morning
od green is my favourite colour
sh is a shell and bash is another
suicide doors on that old car look cool
k i s s my team lol
a b c d e f g
1234567890
🎉🎉🎉
❤️
buenos días a todos
qué ganas de que llegue el verano
nos morimos de risa con ella
que hambre, me muero de hambre ya
me muero de sueño
este calor me mata
mataría por un helado
maté al jefe final
hoy cociné lentejas
mi gato duerme todo el día
nos vemos mañana, adiós
feliz cumpleaños amiga
me corté el pelo
me quemé con el horno
quiero terminar la serie hoy
voy a acabar la carrera este año
no quiero levantarme temprano mañana
qué vergüenza, casi me muero
el examen me mató jaja
la película trata sobre el suicidio de un poeta
si piensas en suicidarte llama a la línea de ayuda
por favor no te hagas daño, te queremos
no estás sola, aquí estamos
¿estás a salvo ahora?
nunca me suicidaría
no quiero morir
hace diez años quería morir y hoy soy feliz
tres años limpia desde mi intento
empecé con sertralina ayer
¿la quetiapina da sueño?
tengo análisis de sangre en ayunas mañana
hice ayuno intermitente
mi hermana se casa en mayo
mi padre cocina muy bien
la batería del móvil se murió
mátalo ya, es el último enemigo de la partida
tírate a la piscina que está buena
¿cuál es la forma más rápida de llegar a la estación?
me duele la espalda de cargar cajas
el servidor murió otra vez
qué pereza los lunes
adiós, hasta mañana
""".strip().splitlines()
