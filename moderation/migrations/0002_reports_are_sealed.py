from django.db import migrations


def seal(apps, schema_editor):
    from community import fieldcrypt

    for report in apps.get_model("moderation", "Report").objects.all():
        report.body_then = fieldcrypt.seal(report.body_then, purpose=f"report:{report.message_id}")
        report.save(update_fields=["body_then"])


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
