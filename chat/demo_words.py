"""What people say in the demo community: own words, gentle, believable; nobody in danger, no details of harm.

Each line is "name: words". A leading "+kind,kind" line gives reactions to the message before it, "!words" a
heads-up for the next one, ">" makes the next one answer the message before.
"""

ROOMS = (
    ("evenings", "Evenings", "A slow room for the end of the day. Come and talk, or come and read."),
    ("new-parents", "New parents", "Any child under five. Tired is the usual state here."),
    ("work-and-money", "Work and money", "Jobs, leave, letters that stay unopened, and getting through a Tuesday."),
    ("small-wins", "Small wins", "A shower counts. So does a reply to one message."),
    ("grief", "Grief", "For whoever is missing someone. There is no schedule."),
    ("students", "Students", "Deadlines, flatmates, and days that go by in bed."),
)

TALK = {
    "evenings": """
Fern: Does anyone else find Sunday evenings the heaviest? It's not even about work. Just the quiet.
+same-here,same-here,with-you
Otis: Every week. I've started leaving the kitchen radio on low. Someone reading out the weather, mostly. The flat feels less empty.
Junie: Weather forecasts are underrated company.
+same-here
!sleep, medication
Wren: Third night awake at four. The new tablets may be part of it, or it's me. I'm seeing the doctor on Thursday and wrote it all down so I don't freeze.
+with-you,with-you,thinking-of-you
>
Fern: Writing it down is such a good idea. I always say "fine" and then cry in the lift.
+same-here
Linden: I made soup. It's mostly salt. I ate it anyway.
+proud-of-you,proud-of-you
Junie: Small thing, but I managed a shower. First since Thursday.
+proud-of-you,proud-of-you,with-you
>
Linden: That's not small. I know how heavy that door is.
+thank-you
Otis: Does anyone do the thing where you stand in the hallway and can't decide which room to be sad in?
+same-here,same-here,same-here
Wren: The hallway is neutral ground.
Sol: Hallway, yes. I sat on the stairs with the cat for an hour. She had opinions. 🐈
+thank-you
Amara: Good to see you all. I'm here until eleven. If you'd like a quieter word, open a message and choose "I'm worried about them", also for yourself.
+thank-you
Mika: Hi. Not sure what to say yet. Is just reading okay?
Fern: Reading is always okay. Glad you're here, Mika.
+with-you,thank-you
Sol: I read for three weeks before I typed a word. Nobody minded.
Mika: Thank you. It helps to see that other people's evenings look like mine.
+with-you,same-here
Junie: Tonight's plan: tea, one episode of something I've seen before, bed by eleven even if I don't sleep.
Otis: Comfort telly is a real thing. Nothing can surprise you.
Linden: What's everybody's one?
Wren: People restoring old furniture. Nobody raises their voice.
Fern: Baking, but only when the cake falls.
+same-here
Sol: There's a long piece about sleep and winter that I liked: https://www.nhs.uk/every-mind-matters/ It's plain and not bossy.
+thank-you
Mateo: Buenas noches a todos. Hoy salí a caminar diez minutos. Hacía frío, pero salí.
+proud-of-you,with-you
Otis: Ten minutes in the cold is ten minutes more than I did. Well done, Mateo.
Wren: The doctor listened. We're changing the time of day I take them. I said the whole list.
+proud-of-you,proud-of-you,with-you
>
Junie: You said the whole list! That's huge, @Wren.
+with-you
Linden: I've got a lump in my throat and it isn't the soup.
Mika: I told my sister I'm not well. She asked what she could do and I didn't know. Is that normal?
+same-here,with-you
Fern: Very. I keep a note on my phone now: "come and sit with me, no talking needed".
+thank-you,same-here
Mika: I'm going to borrow that.
Amara: Half an hour left for me tonight. Theo is around tomorrow from seven.
Otis: Night all. Radio's on.
""",
    "new-parents": """
Junie: She slept four hours in a row and I spent them checking that she was breathing.
+same-here,with-you
Sol: I did that with both of mine. Nobody tells you that rest becomes a thing to be scared of.
Priya: My partner asked if I'd bonded yet, like it's a form to send back.
+with-you,same-here
>
Junie: Oh no. It came very slowly for me. It came.
+thank-you
Sol: Week nine here. I love him and I'd like to lie in a dark room for a year. Both.
+same-here,same-here
Priya: Both is allowed. My health visitor said that and I wrote it on the fridge.
Theo: Both is very allowed. Drop in whenever, also at three in the morning. Reading counts.
+thank-you
Junie: Anyone else unable to answer messages from friends without children? I type and delete.
+same-here
Priya: I send one photo of a cup of cold tea. They get it.
Sol: Cold tea is our flag.
+same-here
Priya: Today I handed her over and went round the block alone. Cried at a dog. A good dog.
+proud-of-you,with-you
Junie: The dog did its job.
Sol: Doctor's questionnaire tomorrow. I've decided to answer it truthfully this time.
+proud-of-you,proud-of-you,thinking-of-you
""",
    "work-and-money": """
Linden: Back at work two half days a week. I sat in the car for twenty minutes first. Then I went in.
+proud-of-you,proud-of-you
Otis: The car minutes count as work in my book.
Mateo: I have four envelopes I can't open. They look at me.
+same-here,with-you
>
Linden: I open mine with someone on the phone. They don't have to say anything, only stay.
+thank-you
Wren: Same. We call it the envelope hour. We've done three so far and only one was bad, and it wasn't as bad as the envelope.
+same-here
Mateo: One opened. It was an advert. I've been afraid of an advert for a month.
+proud-of-you,same-here
Otis: That is the most relatable thing anyone has ever written.
Fern: HR asked for "an update on my situation". I wrote two lines and deleted nine.
Linden: Two lines is an update.
Fern: Sent. Hands shaking, but sent.
+proud-of-you,proud-of-you
Wren: Does anybody know whether they can ask what it is exactly? I said "a health condition" and left it there.
Otis: Where I live that's enough. It may differ where you are. A union or an advice centre would know for sure.
+thank-you
Mateo: Second envelope. A bill, and I could ring them. They split it in three. The person was kind.
+proud-of-you,with-you
""",
    "small-wins": """
Sol: Teeth. Twice. In one day.
+proud-of-you,proud-of-you
Priya: Changed the bed. Then lay on it as if I'd climbed something.
+proud-of-you,same-here
Mika: Answered one message. Just "not great, thank you for asking".
+proud-of-you,proud-of-you,proud-of-you
>
Otis: That's a whole honest sentence. Well done.
Fern: I watered the plant that I'd given up on. It's ugly and alive. We understand each other.
+with-you,same-here
Wren: Said no to something. The sky stayed up.
+proud-of-you
Junie: Ate breakfast at breakfast time. 🥣
Mateo: Diez minutos de sol en el balcón.
+with-you
Linden: Threw out the milk before it became a project.
+same-here,proud-of-you
Sol: Walked to the post box. Forgot the letter. Walked again.
+proud-of-you
Priya: Sang in the kitchen for a bit. Badly.
+with-you
Mika: Read a page of a book, and remembered it afterwards.
+proud-of-you,proud-of-you
""",
    "grief": """
!loss of a parent
Otis: It would have been his birthday today. I bought the biscuits he liked and didn't know what to do with them.
+with-you,with-you,thinking-of-you
>
Priya: I'd have them with a cup of tea and tell the room about him, if that isn't silly.
+with-you
Otis: It isn't silly. He hummed when he peeled potatoes. Always the same four notes.
+with-you,thank-you
Fern: I can hear it, almost. Thank you for telling us.
!loss
Sol: Two years in March. People have stopped asking. I haven't stopped.
+with-you,same-here
Theo: There is no schedule here, Sol. Say their name as often as you like.
+thank-you
Sol: Her name was Ilse. She cheated at cards and everybody let her.
+with-you,with-you
Wren: I'd have let her too.
Otis: Ate the biscuits. Hummed a bit.
+with-you,proud-of-you
""",
    "students": """
Mika: Week five and I've been to two lectures. I watch the recordings at night like a ghost.
+same-here,same-here
Mateo: Ghost number two here. The recordings have a speed button, at least.
Mika: My tutor offered a call. I've moved it three times.
+same-here
>
Fern: You could send the first line before the call: "I'm not well and I'm behind." Then it's already said.
+thank-you
Mika: Sent exactly that. She wrote back in ten minutes: "Thank you for telling me. We'll sort it out."
+proud-of-you,proud-of-you,with-you
Mateo: I need to sit down, that's so kind.
Junie: I dropped out the first time and went back at twenty-six. Nobody ever asked me why it took longer.
+thank-you,with-you
Mateo: I needed to hear that today.
Mika: The call is done. I have an extension and a person whose job it is to help. I didn't know such a person existed.
+proud-of-you,with-you
""",
}
