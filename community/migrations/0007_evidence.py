from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("community", "0006_missing_resources")]
    operations = [
        migrations.AddField(
            model_name="resourcerevision",
            name="evidence",
            field=models.JSONField(default=dict, help_text="How its author checked it: how, on, url"),
        ),
    ]
