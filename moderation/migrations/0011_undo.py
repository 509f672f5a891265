from django.db import migrations, models

from community import append_only

TABLE = "moderation_decision"
STAYS = ["token", "kind", "reason", "words", "until", "ability", "verdicts", "checklist", "at"]


def guard_more(apps, schema_editor):
    append_only.lift(schema_editor.connection, [TABLE])
    append_only.guard_columns(schema_editor.connection, TABLE, [*STAYS, "before"])


def guard_less(apps, schema_editor):
    append_only.lift(schema_editor.connection, [TABLE])
    append_only.guard_columns(schema_editor.connection, TABLE, STAYS)


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0010_question_after_support'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='before',
            field=models.JSONField(help_text='How the case stood, where the decision can be undone for a moment', null=True),
        ),
        migrations.AlterField(
            model_name='decision',
            name='kind',
            field=models.CharField(choices=[('no-concern', 'No concern'), ('support', 'Support'), ('hide-for-now', 'Hidden for 30 minutes'), ('hide', 'Taken down'), ('restore', 'Shown again'), ('veil', 'A heads-up'), ('edit-request', 'Asked to change it'), ('silence', 'Posting paused'), ('restrict', 'One thing paused'), ('suspend', 'Account closed for a time'), ('remove', 'Removed from a room'), ('escalate', 'Handed to a lead'), ('imminent', 'Emergency procedure'), ('upheld', 'Looked at again, and left'), ('lifted', 'Looked at again, and taken back'), ('undone', 'Taken back at once')], max_length=12),
        ),
        migrations.AlterField(
            model_name='flagevent',
            name='kind',
            field=models.CharField(choices=[('opened', 'Opened'), ('joined', 'Joined'), ('raised', 'Raised'), ('taken', 'Taken'), ('released', 'Released'), ('note', 'Note'), ('second-wanted', 'Second Wanted'), ('second-given', 'Second Given'), ('amber', 'Amber'), ('paged', 'Paged'), ('decided', 'Decided'), ('appealed', 'Appealed'), ('undone', 'Undone')], max_length=14),
        ),
        migrations.RunPython(guard_more, guard_less),
    ]
