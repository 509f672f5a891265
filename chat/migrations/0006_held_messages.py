from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0005_what_others_do_not_see'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=Q(('held_at__isnull', False)), fields=['room', 'seq'], name='messages_held_back'),
        ),
    ]
