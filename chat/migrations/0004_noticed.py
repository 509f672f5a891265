import django.db.models.deletion
from django.db import migrations, models


def begin_from_now(apps, schema_editor):
    """What was said before this version is nobody's news."""
    room, noticed = apps.get_model("chat", "Room"), apps.get_model("chat", "Noticed")
    rows = [noticed(room_id=pk, seq=top) for pk, top in room.objects.values_list("pk", "top")]
    noticed.objects.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ("chat", "0003_conversations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Noticed",
            fields=[
                ("room", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="noticed", serialize=False, to="chat.room")),
                ("seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RunPython(begin_from_now, migrations.RunPython.noop),
    ]
