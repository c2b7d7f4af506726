"""A person leaves from a day on; later the personal data of the account are erased."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns of a person."""

    replaces = [("people", "0007_leaving")]
    dependencies = [("people", "0003_second_hand_of_extensions")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="leaves_on",
            field=models.DateField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="person",
            name="erased_at",
            field=models.DateTimeField(null=True, blank=True),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                name="person_erased_after_leaving",
                condition=models.Q(erased_at__isnull=True)
                | models.Q(leaves_on__isnull=False, is_active=False),
            ),
        ),
    ]
